// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// How urgent a key is; the higher goes first, and among equals the one that was ready first.
public enum WorkPriority: Int, CaseIterable, Comparable, Hashable, Sendable {
  /// What was there before we looked, and what is looked at again without a reason.
  case low = -100
  /// Something happened.
  case normal = 0

  /// Whether the left is less urgent.
  public static func < (left: WorkPriority, right: WorkPriority) -> Bool { left.rawValue < right.rawValue }
}

/// Decides which key is worked on next. Holds no clock.
///
/// - A key waits once, however often it is added: with the least of the delays and the highest of the priorities.
/// - Among keys of one priority the one that was ready first goes first; one that is raised goes to the end of the
///   higher priority, so that it overtakes nobody there.
/// - A key that is being worked on is not handed out again; added meanwhile, it waits until the work is done.
/// - After ``shutDown()`` nothing is handed out; what is being worked on may finish.
///
/// The rules are those of `k8s.io/client-go/util/workqueue` and of controller-runtime's priority queue
/// (`pkg/controller/priorityqueue/priorityqueue.go`, `designs/priorityqueue.md`), with two differences: retries have
/// jitter, and wait five minutes at most rather than a thousand seconds.
struct WorkQueueState<Key: Hashable & Sendable>: Sendable {
  /// What a worker gets.
  enum Next: Equatable {
    /// This key, which had been ready for that long.
    case work(Key, waited: Duration)
    /// Nothing yet; the next key is ready at that time, if any is known.
    case wait(until: Duration?)
    /// Nothing any more.
    case finished
  }

  private struct Item {
    var priority: WorkPriority
    /// When it may be handed out.
    var readyAt: Duration
    /// Told apart from outdated entries in the heaps.
    var version: Int
    /// Where it stands among those of its priority; set once it is ready.
    var turn: Int?
  }

  private struct Work {
    let began: Duration
    let priority: WorkPriority
  }

  private struct Ready: Comparable, Sendable {
    let priority: WorkPriority
    let turn: Int
    let key: Key
    let version: Int
    static func < (left: Ready, right: Ready) -> Bool {
      (right.priority, left.turn) < (left.priority, right.turn)
    }
    static func == (left: Ready, right: Ready) -> Bool { left.version == right.version }
  }

  private struct Delayed: Comparable, Sendable {
    let readyAt: Duration
    let version: Int
    let key: Key
    static func < (left: Delayed, right: Delayed) -> Bool {
      (left.readyAt, left.version) < (right.readyAt, right.version)
    }
    static func == (left: Delayed, right: Delayed) -> Bool { left.version == right.version }
  }

  /// The longest delay: a year, so that no delay that a caller was told from outside reaches the end of the clock.
  static var longestDelay: Duration { .seconds(366 * 86_400) }

  private let retries: ExponentialBackoff.Policy
  private var items: [Key: Item] = [:]
  private var processing: [Key: Work] = [:]
  private var ready = Heap<Ready>()
  private var delayed = Heap<Delayed>()
  private var failures: [Key: Int] = [:]
  private var counter = 0
  private(set) var isShutDown = false
  /// When a worker asked for the first time. Before that nothing can be overdue.
  private var servedSince: Duration?

  init(retries: ExponentialBackoff.Policy) {
    self.retries = retries
  }

  /// The number of keys that wait, ready or not.
  var waiting: Int { items.count }
  /// The number of keys that are ready and wait for a worker, by priority.
  private(set) var depths: [WorkPriority: Int] = [:]
  /// The number of keys that are ready and wait for a worker.
  var depth: Int { depths.values.reduce(0, +) }
  /// How often a key has become ready so far.
  private(set) var added = 0
  /// The number of keys being worked on.
  var running: Int { processing.count }

  /// Whether nothing is being worked on, and nothing may be handed out until that time.
  func isIdle(until time: Duration) -> Bool {
    processing.isEmpty && items.values.allSatisfy { $0.readyAt > time }
  }

  /// Adds a key to be handed out after a delay.
  mutating func add(_ key: Key, priority: WorkPriority, after delay: Duration, now: Duration) {
    guard !isShutDown else { return }
    let readyAt = now + min(max(delay, .zero), Self.longestDelay)
    guard let old = items[key] else {
      place(key, Item(priority: priority, readyAt: readyAt, version: 0, turn: nil), now: now)
      return
    }
    guard readyAt < old.readyAt && old.turn == nil || priority > old.priority else { return }
    if old.turn != nil {
      depths[old.priority, default: 0] -= 1
      added -= 1
    }
    let next = Item(
      priority: max(priority, old.priority), readyAt: min(readyAt, old.readyAt), version: 0, turn: nil)
    place(key, next, now: now)
  }

  /// Counts a failure of the key and adds it after the wait that follows from their number, which is returned. Without a
  /// priority it keeps the one with which it was handed out.
  mutating func retry(
    _ key: Key, priority: WorkPriority?, atLeast least: Duration, now: Duration, random: Double
  ) -> Duration {
    let priority = priority ?? processing[key]?.priority ?? .normal
    let count = failures[key, default: 0]
    failures[key] = count + 1
    let delay = min(max(least, retries.delay(after: count, random: random)), Self.longestDelay)
    add(key, priority: priority, after: delay, now: now)
    return delay
  }

  /// Forgets the failures of the key.
  mutating func forget(_ key: Key) {
    failures[key] = nil
  }

  /// The number of failures in a row.
  func failures(of key: Key) -> Int { failures[key, default: 0] }

  /// What a worker gets now.
  mutating func next(now: Duration) -> Next {
    guard !isShutDown else { return .finished }
    if servedSince == nil { servedSince = now }
    promote(now: now)
    while let top = ready.removeLeast() {
      guard let item = items[top.key], item.version == top.version else { continue }
      items[top.key] = nil
      depths[item.priority, default: 0] -= 1
      processing[top.key] = Work(began: now, priority: item.priority)
      return .work(top.key, waited: now - item.readyAt)
    }
    return .wait(until: delayed.least?.readyAt)
  }

  /// The work on a key has ended; says how long it took.
  mutating func done(_ key: Key, now: Duration) -> Duration {
    guard let work = processing.removeValue(forKey: key) else { return .zero }
    if let item = items[key] { place(key, item, now: now) }
    return now - work.began
  }

  /// Hands out nothing from now on and drops what waits.
  mutating func shutDown() {
    isShutDown = true
    items = [:]
    ready = Heap()
    delayed = Heap()
    depths = [:]
  }

  /// For how long the key that has been ready longest has waited for a worker, counted from when workers began.
  func longestWait(now: Duration) -> Duration {
    guard let servedSince else { return .zero }
    return items.filter { processing[$0.key] == nil && $0.value.readyAt <= now }
      .map { now - max($0.value.readyAt, servedSince) }.max() ?? .zero
  }

  /// For how long the longest work has been going on.
  func longestWork(now: Duration) -> Duration {
    processing.values.map { now - $0.began }.max() ?? .zero
  }

  /// The sum of how long all work that has not ended has been going on.
  func unfinishedWork(now: Duration) -> Duration {
    processing.values.reduce(.zero) { $0 + (now - $1.began) }
  }

  /// Puts the item where it belongs: on the side while its key is worked on, else among the ready or the delayed.
  private mutating func place(_ key: Key, _ item: Item, now: Duration) {
    counter += 1
    var item = item
    item.version = counter
    let isReady = processing[key] == nil && item.readyAt <= now
    item.turn = isReady ? counter : nil
    items[key] = item
    guard processing[key] == nil else { return }
    if isReady {
      ready.insert(Ready(priority: item.priority, turn: counter, key: key, version: counter))
      depths[item.priority, default: 0] += 1
      added += 1
    } else {
      delayed.insert(Delayed(readyAt: item.readyAt, version: counter, key: key))
    }
    compact()
  }

  private mutating func promote(now: Duration) {
    while let top = delayed.least {
      let isCurrent = items[top.key]?.version == top.version
      guard !isCurrent || top.readyAt <= now else { return }
      delayed.removeLeast()
      if isCurrent, let item = items[top.key] { place(top.key, item, now: now) }
    }
  }

  /// Outdated entries are dropped when they come up; where they outnumber the others, all at once.
  private mutating func compact() {
    let bound = 2 * items.count + 64
    if ready.count > bound { ready = Heap(ready.elements.filter { items[$0.key]?.version == $0.version }) }
    if delayed.count > bound { delayed = Heap(delayed.elements.filter { items[$0.key]?.version == $0.version }) }
  }
}
