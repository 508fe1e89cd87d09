// SPDX-License-Identifier: Apache-2.0

import KubernetesClient

/// Decides what a reflector does next: list in pages, watch from there, resume, list again.
///
/// It holds no clock and sends nothing. After ``start()`` carry out each action and hand the outcome to the method named
/// at it, which returns the next action. The constants are those of client-go (`tools/cache/reflector.go`).
struct ReflectorStateMachine: Sendable {
  /// What to do next.
  enum Action: Hashable, Sendable {
    /// Read a page; then ``listed(_:)`` or ``failed(_:now:random:)``.
    case list(limit: Int?, continueToken: String?)
    /// Take the whole list into the store; then ``replaced(random:)``.
    case replace([KubernetesObject])
    /// Watch from a version on; each frame goes to ``received(_:)``, the end to ``watchEnded(after:now:random:)`` or
    /// ``failed(_:now:random:)``.
    case watch(resourceVersion: String, timeoutSeconds: Int)
    /// Wait; then ``waited(random:)``.
    case wait(Duration)
  }

  /// Where the reflector stands.
  private enum Phase: Sendable {
    /// Reading pages; holds those read so far.
    case listing(items: [KubernetesObject], limit: Int?, continueToken: String?)
    /// Following the collection after a version.
    case watching(resourceVersion: String, sawFrame: Bool)
  }

  /// How often a type that the server does not serve is asked for.
  static let absentTypeInterval = Duration.seconds(30)
  /// A watch that ends sooner than this without a frame counts as a failure.
  static let shortestWatch = Duration.seconds(1)
  /// After how many refusals in a row a watch is not resumed but the collection listed anew.
  static let refusalsUntilRelist = 3

  private let pageSize: Int?
  private var phase: Phase
  private var backoff = ExponentialBackoff(.reflector)
  private var attempts = 0
  /// Set when a list was made because a version had expired, until a frame proves that the new one works.
  private var relisted = false

  /// How the reflector fares.
  private(set) var state = InformerState.starting

  init(pageSize: Int? = 250) {
    self.pageSize = pageSize
    phase = .listing(items: [], limit: pageSize, continueToken: nil)
  }

  /// The first thing to do.
  mutating func start() -> Action {
    listFromScratch(limit: pageSize)
  }

  /// A page has come.
  mutating func listed(_ page: ObjectList) -> Action {
    guard case .listing(var items, let limit, _) = phase else { return listFromScratch(limit: pageSize) }
    items.append(contentsOf: page.items)
    if let token = page.continueToken, !token.isEmpty {
      phase = .listing(items: items, limit: limit, continueToken: token)
      return .list(limit: limit, continueToken: token)
    }
    phase = .watching(resourceVersion: page.resourceVersion, sawFrame: false)
    return .replace(items)
  }

  /// The list is in the store.
  mutating func replaced(random: Double) -> Action {
    succeed()
    return resume(random: random)
  }

  /// The server has taken up a watch. It answers again, though there may be no news for long.
  mutating func opened() {
    if case .failing(let error, _) = state, error.code == nil || error.code == 429 { state = .synced }
  }

  /// A frame has come; the caller changes the store accordingly.
  mutating func received(_ event: WatchEvent) {
    guard case .watching(let last, _) = phase else { return }
    let version: String? =
      switch event {
      case .added(let object), .modified(let object), .deleted(let object): object.resourceVersion
      case .bookmark(let version, _): version
      }
    phase = .watching(resourceVersion: version ?? last, sawFrame: true)
    relisted = false
    succeed()
  }

  /// The server has ended the watch, as it does every few minutes.
  mutating func watchEnded(after length: Duration, now: Duration, random: Double) -> Action {
    guard case .watching(let version, let sawFrame) = phase else { return listFromScratch(limit: pageSize) }
    phase = .watching(resourceVersion: version, sawFrame: false)
    if !sawFrame, length < Self.shortestWatch { return .wait(backoff.next(now: now, random: random)) }
    succeed()
    return resume(random: random)
  }

  /// A request has failed, or a watch broke.
  mutating func failed(_ error: KubernetesError, now: Duration, random: Double) -> Action {
    switch phase {
    case .listing(_, _, let token):
      // The pages after the first are kept for a few minutes only. The whole list at once cannot expire midway.
      if error.isExpired, token != nil { return listFromScratch(limit: nil) }
      phase = .listing(items: [], limit: pageSize, continueToken: nil)
    case .watching(let version, let sawFrame):
      if error.isExpired || error.isNotFound {
        phase = .listing(items: [], limit: pageSize, continueToken: nil)
        guard relisted || error.isNotFound else {
          relisted = true
          return listFromScratch(limit: pageSize)
        }
      } else if attempts + 1 >= Self.refusalsUntilRelist, error.code.map({ $0 != 429 }) == true {
        // The server answers but will not go on from that version, for whatever reason.
        phase = .listing(items: [], limit: pageSize, continueToken: nil)
      } else {
        phase = .watching(resourceVersion: version, sawFrame: false)
        // A connection that breaks after it has worked is taken up again without an alarm; what fails then is reported.
        if sawFrame, case .transport = error { return .wait(backoff.next(now: now, random: random)) }
      }
    }
    attempts += 1
    state = .failing(error, attempts: attempts)
    var delay = backoff.next(now: now, random: random)
    if error.isNotFound { delay = max(delay, Self.absentTypeInterval) }
    return .wait(max(delay, error.retryAfter ?? .zero))
  }

  /// The wait is over.
  mutating func waited(random: Double) -> Action {
    switch phase {
    case .listing(_, let limit, _): listFromScratch(limit: limit)
    case .watching: resume(random: random)
    }
  }

  private mutating func listFromScratch(limit: Int?) -> Action {
    phase = .listing(items: [], limit: limit, continueToken: nil)
    return .list(limit: limit, continueToken: nil)
  }

  /// Many watches begin together and must not all end together, so each ends somewhere in 5 to 10 minutes.
  private mutating func resume(random: Double) -> Action {
    guard case .watching(let version, _) = phase else { return listFromScratch(limit: pageSize) }
    return .watch(resourceVersion: version, timeoutSeconds: 300 + Int(300 * random))
  }

  private mutating func succeed() {
    attempts = 0
    state = .synced
  }
}
