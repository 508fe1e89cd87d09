// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOConcurrencyHelpers

/// Many seeds, several at a time.
public struct Campaign: Sendable {
  /// What came of all of them.
  public struct Summary: Sendable {
    /// How many seeds were lived through.
    public var seeds = 0
    /// Those with violations, in order of their seeds; at most so many as were asked for.
    public var failures: [Simulation.Verdict] = []
    /// How many seeds had violations.
    public var failed = 0
    /// The runs, told apart.
    public var traces: Set<UInt64> = []
    /// How many faults there were.
    public var faults = 0
    /// How many requests were made.
    public var requests = 0
    /// How long it took.
    public var took = Duration.zero

    /// The closing line.
    public var line: String {
      "simulate: \(seeds) seeds, \(failed) violations, \(traces.count) distinct traces, \(faults) faults injected, "
        + "\(took.components.seconds) s"
    }
  }

  /// The seeds.
  public var seeds: Range<UInt64>
  /// How each is simulated.
  public var options: Simulation.Options
  /// How many are simulated at once.
  public var threads: Int
  /// After how many failures no more seeds are begun.
  public var failureLimit: Int

  /// A campaign over those seeds.
  public init(
    seeds: Range<UInt64>, options: Simulation.Options = .init(), threads: Int = 2, failureLimit: Int = 5
  ) {
    self.seeds = seeds
    self.options = options
    self.threads = max(1, threads)
    self.failureLimit = failureLimit
  }

  private struct State {
    var next: UInt64
    var summary = Summary()
  }

  /// Lives through all seeds; calls `onFailure` for each that has violations, from any thread.
  public func run(onFailure: @escaping @Sendable (Simulation.Verdict) -> Void = { _ in }) -> Summary {
    let start = ContinuousClock.now
    let shared = Shared(State(next: seeds.lowerBound))
    let work: @Sendable () -> Void = { [seeds, options, failureLimit] in
      while let seed = shared.take(below: seeds.upperBound, failureLimit: failureLimit) {
        let verdict = Simulation.run(seed: seed, options)
        shared.add(verdict)
        if !verdict.violations.isEmpty { onFailure(verdict) }
      }
    }
    let others = (1..<threads).compactMap { _ in Self.thread(work) }
    work()
    for thread in others { pthread_join(thread, nil) }
    var summary = shared.summary
    summary.failures.sort { $0.seed < $1.seed }
    summary.took = .now - start
    return summary
  }

  private final class Shared: Sendable {
    private let state: NIOLockedValueBox<State>
    init(_ state: State) { self.state = NIOLockedValueBox(state) }
    var summary: Summary { state.withLockedValue { $0.summary } }

    func take(below end: UInt64, failureLimit: Int) -> UInt64? {
      state.withLockedValue { state in
        guard state.next < end, state.summary.failed < failureLimit else { return nil }
        state.next += 1
        return state.next - 1
      }
    }

    func add(_ verdict: Simulation.Verdict) {
      state.withLockedValue { state in
        state.summary.seeds += 1
        state.summary.traces.insert(verdict.trace)
        state.summary.faults += verdict.faults
        state.summary.requests += verdict.requests
        guard !verdict.violations.isEmpty else { return }
        state.summary.failed += 1
        state.summary.failures.append(verdict)
      }
    }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// A thread that runs the body; nil if the system gives none.
  private static func thread(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let failure = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    guard failure == 0 else {
      work.release()
      return nil
    }
    return thread
  }
}
