// SPDX-License-Identifier: Apache-2.0

import Synchronization

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

  /// The seeds, in the order in which they are begun.
  public var seeds: [UInt64]
  /// How each is simulated.
  public var options: Simulation.Options
  /// How many are simulated at once.
  public var threads: Int
  /// After how many failures no more seeds are begun.
  public var failureLimit: Int

  /// A campaign over those seeds.
  public init(
    seeds: some Sequence<UInt64>, options: Simulation.Options = .init(), threads: Int = 2, failureLimit: Int = 5
  ) {
    self.seeds = Array(seeds)
    self.options = options
    self.threads = max(1, threads)
    self.failureLimit = failureLimit
  }

  private struct State {
    var begun = 0
    var summary = Summary()
  }

  /// Lives through all seeds; calls `onVerdict` after each, from any thread.
  public func run(onVerdict: @escaping @Sendable (Simulation.Verdict) -> Void = { _ in }) -> Summary {
    let start = ContinuousClock.now
    let shared = Shared()
    let threads = (0..<threads).compactMap { _ in
      SimulationThread { [seeds, options, failureLimit] in
        while let seed = shared.next(of: seeds, failureLimit: failureLimit) {
          let verdict = Simulation.run(seed: seed, options)
          shared.add(verdict)
          onVerdict(verdict)
        }
      }
    }
    precondition(!threads.isEmpty, "the system gives no thread")
    for thread in threads { thread.join() }
    var summary = shared.summary
    summary.failures.sort { $0.seed < $1.seed }
    summary.took = .now - start
    return summary
  }

  private final class Shared: Sendable {
    private let state = Mutex(State())
    var summary: Summary { state.withLock { $0.summary } }

    func next(of seeds: [UInt64], failureLimit: Int) -> UInt64? {
      state.withLock { state in
        guard state.begun < seeds.count, state.summary.failed < failureLimit else { return nil }
        state.begun += 1
        return seeds[state.begun - 1]
      }
    }

    func add(_ verdict: Simulation.Verdict) {
      state.withLock { state in
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
}
