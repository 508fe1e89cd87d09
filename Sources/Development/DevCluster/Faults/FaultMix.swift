// SPDX-License-Identifier: Apache-2.0

/// How often each kind of fault meets a request that it can meet.
public struct FaultMix: Hashable, Sendable {
  /// A kind of fault. Its numbers, such as how long or after how many bytes, are drawn too.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// 409 to a write.
    case conflict
    /// 410 to a list or watch.
    case expired
    /// 429, with Retry-After or without.
    case throttled
    /// 500 or 503.
    case broken
    /// No answer and no effect.
    case dropped
    /// No answer, but the effect.
    case lost
    /// The answer breaks off.
    case cut
    /// The answer waits until released.
    case held
    /// The effect comes late.
    case delayed
    /// The answer comes late.
    case late
    /// An answer from the past, to a read that allows it.
    case stale
    /// A watch whose frames wait until released, all or only the last of each object.
    case heldWatch
    /// A watch that tells everything twice.
    case duplicatedWatch
    /// A watch that ends with 410 in a frame.
    case expiredWatch

    func fits(_ verb: String) -> Bool {
      switch self {
      case .conflict: RequestPattern.writes.contains(verb)
      case .expired: verb == "list" || verb == "watch"
      case .stale: verb == "list" || verb == "get"
      case .heldWatch, .duplicatedWatch, .expiredWatch: verb == "watch"
      case .throttled, .broken, .dropped, .lost, .cut, .held, .delayed, .late: true
      }
    }
  }

  /// How many of a thousand requests that it can meet each kind meets. Together at most 1000 for any verb.
  public var perMille: [Kind: Int]

  /// A mix of the kinds that are named.
  public init(perMille: [Kind: Int]) { self.perMille = perMille }

  /// A bad day: about every fifth request goes wrong, in every way there is, and most watches.
  public static let badDay = FaultMix(perMille: [
    .conflict: 20, .expired: 15, .throttled: 15, .broken: 25, .dropped: 25, .lost: 30, .cut: 20, .held: 5,
    .delayed: 25, .late: 25, .stale: 60, .heldWatch: 150, .duplicatedWatch: 150, .expiredWatch: 100,
  ])

  /// The same mix, each kind so many hundredths as often.
  public func scaled(percent: Int) -> FaultMix { FaultMix(perMille: perMille.mapValues { $0 * percent / 100 }) }

  /// The fault that a request meets. Takes the same count of random numbers whatever comes of it, but for the numbers
  /// of the fault itself.
  func draw(for request: APIRequest, _ random: inout SeededRandom) -> Fault? {
    let verb = RequestTarget(path: request.path)?.verb(of: request) ?? request.method.lowercased()
    var point = Int.random(in: 0..<1000, using: &random)
    for kind in Kind.allCases where kind.fits(verb) && (kind != .stale || request.allowsStaleness) {
      point -= perMille[kind] ?? 0
      if point < 0 { return Self.fault(kind, &random) }
    }
    return nil
  }

  private static func fault(_ kind: Kind, _ random: inout SeededRandom) -> Fault {
    switch kind {
    case .conflict: return .refuse(409)
    case .expired: return .refuse(410)
    case .throttled:
      return .refuse(429, retryAfter: Bool.random(using: &random) ? .random(in: 1...20, using: &random) : nil)
    case .broken: return .refuse(Bool.random(using: &random) ? 500 : 503)
    case .dropped: return .closeConnection
    case .lost: return .loseAnswer
    case .cut: return .cut(afterBytes: .random(in: 0...1500, using: &random))
    case .held: return .hold
    case .delayed: return .delay(.milliseconds(Int.random(in: 1...9000, using: &random)))
    case .late: return .delayAnswer(.milliseconds(Int.random(in: 1...9000, using: &random)))
    case .stale: return .stale(revisions: .random(in: 1...40, using: &random))
    case .heldWatch: return .watch(WatchFault(holds: true, coalesces: .random(using: &random)))
    case .duplicatedWatch: return .watch(WatchFault(duplicates: true))
    case .expiredWatch: return .watch(WatchFault(expiresAfter: .random(in: 0...6, using: &random)))
    }
  }
}
