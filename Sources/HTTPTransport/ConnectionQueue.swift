// SPDX-License-Identifier: Apache-2.0

/// Who may use one of a host's few connections, and who waits for one.
struct ConnectionQueue {
  private struct Host {
    var active: Set<Int> = []
    var waiting: [Int] = []
  }

  private let limit: Int
  private var hosts: [String: Host] = [:]

  init(limit: Int) {
    self.limit = max(1, limit)
  }

  /// Whether the transfer may start now; if not, it waits.
  mutating func enter(_ id: Int, host: String) -> Bool {
    if hosts[host, default: Host()].active.count < limit {
      hosts[host, default: Host()].active.insert(id)
      return true
    }
    hosts[host, default: Host()].waiting.append(id)
    return false
  }

  /// Takes the transfer out, wherever it stands, and names the one that may start in its place.
  mutating func leave(_ id: Int, host: String) -> Int? {
    guard var state = hosts[host] else { return nil }
    defer { hosts[host] = state.active.isEmpty ? nil : state }
    guard state.active.remove(id) != nil else {
      state.waiting.removeAll { $0 == id }
      return nil
    }
    guard !state.waiting.isEmpty else { return nil }
    let next = state.waiting.removeFirst()
    state.active.insert(next)
    return next
  }
}
