// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesClient
import KubernetesCore

/// Decides what a reflector does next: stream or list what is there, watch from there, resume, relist.
///
/// It holds no clock and sends nothing. After ``start(random:)`` carry out each action and hand the outcome to the method
/// named at it, which returns the next action. The constants are those of client-go (`tools/cache/reflector.go`).
struct ReflectorStateMachine: Sendable {
  /// What to do next.
  enum Action: Hashable, Sendable {
    /// Watch with what is there sent first (KEP-3157); then as with `watch`, or ``streamingRefused()``.
    case stream(timeoutSeconds: Int)
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

  /// What a frame does to the store.
  enum Effect: Hashable, Sendable {
    case none
    case put(KubernetesObject)
    case remove(ObjectKey)
    /// The streamed list is complete: it takes the place of all that was there.
    case replace([KubernetesObject])
    /// The streamed list is more than can be held: end the watch with this failure.
    case refuse(KubernetesError)
  }

  /// Where the reflector stands.
  private enum Phase: Sendable {
    /// Reading what is there from a watch; `isOpen` once the server has taken it up.
    case streaming(isOpen: Bool)
    /// Reading pages.
    case listing(continueToken: String?)
    /// Following the collection after a version.
    case watching(resourceVersion: String, sawFrame: Bool)
    /// To relist.
    case lost
  }

  /// How often a type that the server does not serve is asked for.
  static let absentTypeInterval = Duration.seconds(30)
  /// A watch that ends sooner than this without a frame has not worked.
  static let shortestWatch = Duration.seconds(1)
  /// After how many such ends in a row the watch counts as failing.
  static let shortWatchesUntilFailure = 3
  /// After how many refusals in a row a watch is not resumed but the collection relisted.
  static let refusalsUntilRelist = 3
  /// After how many broken streams in a row a type is listed in pages for good.
  static let brokenStreamsUntilRefusal = 2

  /// For how long a server may put a request off (429 with `Retry-After`) before that counts as a failure. A server that
  /// has just been told of a type answers so while it fills its cache, for half a minute at worst (KEP-4568).
  static let quietPutOff = Duration.seconds(60)
  /// The longest wait that a server is granted.
  static let longestGrantedWait = Duration.seconds(60)
  /// The shortest wait after a list that was more than can be held.
  static let oversizedInterval = Duration.seconds(30)

  private let name: String
  /// How many objects a page is asked to have; less after a page that was too large.
  private var pageSize: Int?
  private var phase = Phase.lost
  /// What has been read of a list that is not complete.
  private var collected: [KubernetesObject] = []
  private var progress: ListProgress
  private var backoff = ExponentialBackoff(.reflector)
  private var attempts = 0
  private var shortWatches = 0
  private var brokenStreams = 0
  /// Since when the server has been putting requests off.
  private var putOffSince: Duration?
  /// Set when a list was made because a version had expired, until a frame proves that the new one works.
  private var relisted = false

  /// Whether lists are streamed. Turns false for good when the server turns out not to stream this type.
  private(set) var streams: Bool
  /// How the reflector fares.
  private(set) var state = InformerState.starting

  /// - Parameter name: what is read, for messages.
  init(pageSize: Int? = 250, streams: Bool = false, name: String = "the objects") {
    self.pageSize = pageSize
    self.name = name
    progress = ListProgress(of: name)
    self.streams = streams
  }

  /// Whether what is there is being read from a watch, and how much of it has come.
  var streamed: Int? {
    if case .streaming = phase { collected.count } else { nil }
  }

  /// The first thing to do.
  mutating func start(random: Double) -> Action {
    readAnew(random: random)
  }

  /// The server is known not to stream this type: it is listed in pages.
  mutating func streamingRefused() -> Action {
    streams = false
    return list(limit: pageSize)
  }

  /// Why a page that has come is not accepted, and is to be handed to ``failed(_:now:random:)``; nil if it is.
  ///
  /// - Parameter sent: how many objects came, of which the page holds those that are kept.
  mutating func refusal(of page: ObjectList, sent: Int) -> KubernetesError? {
    if case .listing = phase { progress.refusal(of: page, sent: sent) } else { nil }
  }

  /// About how much memory the part of a list takes that has been read.
  var readBytes: Int { progress.bytes }

  /// A page has come, and was not refused.
  mutating func listed(_ page: ObjectList) -> Action {
    guard case .listing = phase else { return list(limit: pageSize) }
    collected.append(contentsOf: page.items)
    if let token = page.continueToken, !token.isEmpty {
      phase = .listing(continueToken: token)
      return .list(limit: pageSize, continueToken: token)
    }
    phase = .watching(resourceVersion: page.resourceVersion, sawFrame: false)
    return .replace(takeCollected())
  }

  /// The list is in the store.
  mutating func replaced(random: Double) -> Action {
    succeed()
    return resume(random: random)
  }

  /// The server has taken up a watch. It answers again, though there may be no news for long.
  mutating func opened() {
    if case .streaming = phase { phase = .streaming(isOpen: true) }
    guard case .failing(let error, _) = state, !watchesEndAtOnce, streamed == nil else { return }
    if error.code == nil || error.code == 429 { state = .synced }
  }

  /// A frame has come; the caller changes the store accordingly.
  @discardableResult
  mutating func received(_ event: WatchEvent) -> Effect {
    switch phase {
    case .streaming: return collect(event)
    case .listing, .lost: return .none
    case .watching(let last, _):
      let (version, effect): (String?, Effect) =
        switch event {
        case .added(let object), .modified(let object): (object.resourceVersion, .put(object))
        case .deleted(let object): (object.resourceVersion, .remove(object.key))
        case .bookmark(let version, _): (version, .none)
        }
      phase = .watching(resourceVersion: version ?? last, sawFrame: true)
      relisted = false
      shortWatches = 0
      succeed()
      return effect
    }
  }

  /// The server has ended the watch, as it does every few minutes.
  mutating func watchEnded(after length: Duration, now: Duration, random: Double) -> Action {
    switch phase {
    case .listing, .lost: return readAnew(random: random)
    // Servers before 1.27 know nothing of it and send what is there without a word at its end.
    case .streaming: return streamingRefused()
    case .watching(let version, let sawFrame):
      phase = .watching(resourceVersion: version, sawFrame: false)
      if length >= Self.shortestWatch { shortWatches = 0 }
      if sawFrame || length >= Self.shortestWatch {
        succeed()
        return resume(random: random)
      }
      shortWatches += 1
      guard watchesEndAtOnce else { return .wait(backoff.next(now: now, random: random)) }
      // Nothing is told any longer, so it is asked for.
      phase = .lost
      return failure(Self.endsAtOnce, now: now, random: random)
    }
  }

  /// A request has failed, or a watch broke.
  mutating func failed(_ error: KubernetesError, now: Duration, random: Double) -> Action {
    switch phase {
    case .lost: break
    case .streaming(let isOpen):
      if showsNoStreaming(error, isOpen: isOpen) { return streamingRefused() }
      phase = .lost
    case .listing(let token):
      // The pages after the first are kept for a few minutes only. The whole list at once cannot expire midway.
      if error.isExpired, token != nil { return list(limit: nil) }
      if error.isOversized, !progress.isRefused, let smaller = smallerPage {
        pageSize = smaller
        return list(limit: smaller)
      }
      phase = .lost
    case .watching(let version, let sawFrame):
      if error.isExpired || error.isTooLargeVersion {
        phase = .lost
        guard relisted else {
          relisted = true
          return readAnew(random: random)
        }
      } else if error.isNotFound || error.isMalformed {
        // The same version would bring the same frame.
        phase = .lost
      } else if attempts + 1 >= Self.refusalsUntilRelist, error.code.map({ $0 != 429 }) == true {
        // The server answers but does not resume from that version.
        phase = .lost
      } else {
        phase = .watching(resourceVersion: version, sawFrame: false)
        // A connection that breaks after it has worked is taken up again without an alarm; what fails then is reported.
        if sawFrame, case .transport = error { return .wait(backoff.next(now: now, random: random)) }
      }
    }
    return failure(error, now: now, random: random)
  }

  /// The wait is over.
  mutating func waited(random: Double) -> Action {
    if case .watching = phase { resume(random: random) } else { readAnew(random: random) }
  }

  // MARK: - Parts

  private mutating func readAnew(random: Double) -> Action {
    guard streams else { return list(limit: pageSize) }
    phase = .streaming(isOpen: false)
    collected = []
    progress = ListProgress(of: name)
    return .stream(timeoutSeconds: Self.timeout(random))
  }

  private mutating func list(limit: Int?) -> Action {
    phase = .listing(continueToken: nil)
    collected = []
    progress = ListProgress(of: name)
    return .list(limit: limit, continueToken: nil)
  }

  private mutating func resume(random: Double) -> Action {
    guard case .watching(let version, _) = phase else { return readAnew(random: random) }
    return .watch(resourceVersion: version, timeoutSeconds: Self.timeout(random))
  }

  /// Many watches begin together and must not all end together, so each ends somewhere in 5 to 10 minutes.
  private static func timeout(_ random: Double) -> Int { 300 + Int(300 * random) }

  private mutating func collect(_ event: WatchEvent) -> Effect {
    switch event {
    // The store keeps the last of several states of one object.
    case .added(let object), .modified(let object):
      if let refusal = progress.refusal(of: object) { return .refuse(refusal) }
      collected.append(object)
    case .deleted(let object): collected.removeAll { $0.key == object.key }
    case .bookmark(_, endsInitialEvents: false): break
    case .bookmark(let version, endsInitialEvents: true):
      phase = .watching(resourceVersion: version, sawFrame: true)
      brokenStreams = 0
      succeed()
      return .replace(takeCollected())
    }
    return .none
  }

  private mutating func takeCollected() -> [KubernetesObject] {
    defer {
      collected = []
      progress = ListProgress(of: name)
    }
    return collected
  }

  /// Whether the failure of a streaming list says that the server does not stream this type.
  private mutating func showsNoStreaming(_ error: KubernetesError, isOpen: Bool) -> Bool {
    switch error {
    // Refused outright (the gate `WatchList` is off), or from within (a storage without progress notices).
    case .status(let status) where isOpen || status.code == 400 || status.code == 422: return true
    case .malformed: return true
    case .oversized: return !progress.isRefused
    // Before the first byte it is the server that has trouble, not this request.
    case .status(let status) where status.code < 500 || status.code == 503: return false
    case .transport(let error) where !isOpen && error.kind != .timedOut: return false
    // It sends what is there but never says that this is all.
    case .transport(let error) where isOpen && error.kind == .timedOut: return true
    case .status, .transport:
      brokenStreams += 1
      return brokenStreams >= Self.brokenStreamsUntilRefusal
    case .credentials: return false
    }
  }

  private var watchesEndAtOnce: Bool { shortWatches >= Self.shortWatchesUntilFailure }

  private static let endsAtOnce = KubernetesError.transport(
    TransportError(
      kind: .broken, phase: .body, host: "the API server", cause: "watches end at once, without a frame"))

  private mutating func failure(_ error: KubernetesError, now: Duration, random: Double) -> Action {
    attempts += 1
    if !isQuiet(error, now) { state = .failing(error, attempts: attempts) }
    collected = []
    var delay = backoff.next(now: now, random: random)
    if error.isNotFound { delay = max(delay, Self.absentTypeInterval) }
    if error.isOversized { delay = max(delay, Self.oversizedInterval) }
    return .wait(max(delay, error.retryAfter(atMost: Self.longestGrantedWait) ?? .zero))
  }

  /// Whether the server only asks us to come back in a moment, and has not been asking for long.
  private mutating func isQuiet(_ error: KubernetesError, _ now: Duration) -> Bool {
    guard error.code == 429, error.retryAfter(atMost: .zero) != nil else {
      putOffSince = nil
      return false
    }
    let since = putOffSince ?? now
    putOffSince = since
    return now - since < Self.quietPutOff
  }

  /// The size of the page to ask for after one that was too large; nil if it cannot be smaller.
  private var smallerPage: Int? {
    guard let pageSize else { return 250 }
    return pageSize > 1 ? max(1, pageSize / 4) : nil
  }

  private mutating func succeed() {
    putOffSince = nil
    // A list that can be read does not make up for watches that cannot.
    guard !watchesEndAtOnce else { return }
    attempts = 0
    state = .synced
  }
}

extension KubernetesError {
  /// The version asked for is one that the server has not reached: it was restored from a backup, or another answers
  /// (`k8s.io/apiserver/pkg/storage/errors.go`, `NewTooLargeResourceVersionError`).
  fileprivate var isTooLargeVersion: Bool {
    guard case .status(let status) = self, status.code == 504 else { return false }
    return status.causes.contains { $0.reason == "ResourceVersionTooLarge" }
      || status.message.hasPrefix("Too large resource version")
  }

  fileprivate var isMalformed: Bool {
    if case .malformed = self { true } else { false }
  }
}
