// SPDX-License-Identifier: Apache-2.0

/// Who may use one of the few connections, and who waits for one. First come, first served among those whose host has
/// room.
struct ConnectionQueue {
  /// What becomes of a newcomer.
  enum Entry { case starts, waits, refused }

  private let limits: ConnectionLimits
  private var active: [Int: String] = [:]
  private var perHost: [String: Int] = [:]
  private var own: Set<Int> = []
  private var waiting: [(id: Int, host: String)] = []

  init(_ limits: ConnectionLimits) {
    self.limits = limits
  }

  /// How many wait.
  var waitingCount: Int { waiting.count }

  /// Takes the transfer in, as one that shares connections with others or has its own.
  mutating func enter(_ id: Int, host: String, own isOwn: Bool) -> Entry {
    if isOwn {
      guard own.count < limits.own else { return .refused }
      own.insert(id)
      return .starts
    }
    guard hasRoom(host) else {
      waiting.append((id, host))
      return .waits
    }
    activate(id, host)
    return .starts
  }

  /// Takes the transfer out, wherever it stands, and names the one that may start in its place.
  mutating func leave(_ id: Int) -> Int? {
    guard own.remove(id) == nil else { return nil }
    guard let host = active.removeValue(forKey: id) else {
      waiting.removeAll { $0.id == id }
      return nil
    }
    let left = (perHost[host] ?? 1) - 1
    perHost[host] = left > 0 ? left : nil
    guard let next = waiting.firstIndex(where: { hasRoom($0.host) }) else { return nil }
    let (nextID, nextHost) = waiting.remove(at: next)
    activate(nextID, nextHost)
    return nextID
  }

  private func hasRoom(_ host: String) -> Bool {
    active.count < limits.total && perHost[host, default: 0] < limits.perHost
  }

  private mutating func activate(_ id: Int, _ host: String) {
    active[id] = host
    perHost[host, default: 0] += 1
  }
}
