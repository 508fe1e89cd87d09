// SPDX-License-Identifier: Apache-2.0

/// How a queue stands at a moment, for metrics.
public struct WorkQueueSnapshot: Hashable, Sendable {
  /// How many keys are ready and wait for a worker, by priority; one that is missing stands for none.
  public var depths: [WorkPriority: Int]
  /// The sum of how long all work that has not ended has been going on.
  public var unfinishedWork: Duration
  /// For how long the longest work has been going on.
  public var longestWork: Duration

  /// A snapshot made of its parts; without any, that of an empty queue.
  public init(depths: [WorkPriority: Int] = [:], unfinishedWork: Duration = .zero, longestWork: Duration = .zero) {
    self.depths = depths
    self.unfinishedWork = unfinishedWork
    self.longestWork = longestWork
  }
}
