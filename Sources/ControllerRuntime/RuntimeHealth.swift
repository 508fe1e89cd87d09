// SPDX-License-Identifier: Apache-2.0

extension Informers {
  /// For a readiness probe: what is not synced yet, in words, or nil if every one of the targets was synced once.
  ///
  /// A target that fails later stays ready: its store still answers, and restarting the process would not help.
  public func notSynced(_ targets: Set<WatchTarget>) -> String? {
    let missing = targets.filter { store($0)?.isSynced != true }.map { target in
      if case .failing(let error, _) = state(target) { "\(target) (\(error))" } else { "\(target)" }
    }
    return missing.isEmpty ? nil : "not synced: \(missing.sorted().joined(separator: "; "))"
  }
}

extension WorkQueue {
  /// For a liveness probe: what is stuck, in words, or nil if workers take keys and give them back in time.
  ///
  /// - Parameter limit: how long a key may wait for a worker, or be worked on; well above the reconcile deadline.
  public func stuck(longerThan limit: Duration = .seconds(600)) -> String? {
    if longestWork > limit { return "\(name): a reconcile has been running for \(longestWork.brief)" }
    if longestWait > limit { return "\(name): a key has been waiting for \(longestWait.brief)" }
    return nil
  }
}
