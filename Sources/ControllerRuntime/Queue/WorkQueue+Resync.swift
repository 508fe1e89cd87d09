// SPDX-License-Identifier: Apache-2.0

extension WorkQueue {
  /// By how much of itself the time between two rounds is shorter or longer, at most
  /// (`sigs.k8s.io/controller-runtime/pkg/cache/cache.go`, `SyncPeriod`).
  static var resyncJitter: Double { 0.1 }

  /// Adds all keys again and again, at low priority, until the task is cancelled: so that what no watch tells of is
  /// noticed at last. A round over objects that are as they should be costs no request.
  ///
  /// - Parameters:
  ///   - period: the time between two rounds, give or take a tenth; the first comes after that time.
  ///   - keys: what there is to look at, asked for at each round.
  public func resync(every period: Duration, keys: @Sendable () -> [Key]) async {
    while !Task.isCancelled {
      let jitter = 1 + Self.resyncJitter * (2 * environment.random() - 1)
      guard (try? await environment.sleep(period * jitter)) != nil else { return }
      for key in keys() { add(key, priority: .low) }
    }
  }
}
