// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore

/// Time and chance, for everything in this module that acts: injected, so that a test never waits for real time and a
/// run can be repeated from a seed.
public struct RuntimeEnvironment: Sendable {
  /// The time since some fixed origin; never goes back. Differences mean something, the value alone does not.
  public var now: @Sendable () -> Duration
  /// Waits that long, or throws `CancellationError` as soon as the task is cancelled.
  public var sleep: @Sendable (Duration) async throws -> Void
  /// The time of day, for what is written into objects. Never used to decide.
  public var timestamp: @Sendable () -> Timestamp
  /// A number in `0..<1`.
  public var random: @Sendable () -> Double
  /// Returns that many unpredictable bytes, for passwords and keys: the kernel's unless a test sets others.
  public var unforeseeable: @Sendable (_ count: Int) -> [UInt8] = { count in
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  /// An environment made of its parts.
  public init(
    now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void,
    timestamp: @escaping @Sendable () -> Timestamp, random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.sleep = sleep
    self.timestamp = timestamp
    self.random = random
  }

  /// The machine's clocks and the system's random numbers.
  public static let live: RuntimeEnvironment = {
    let origin = ContinuousClock.now
    return RuntimeEnvironment(
      now: { origin.duration(to: .now) }, sleep: { try await Task.sleep(for: $0) }, timestamp: { .now() },
      random: { Double.random(in: 0..<1) })
  }()
}

extension RuntimeEnvironment {
  /// Waits until the signal changes, or that long, or until the task is cancelled.
  func wait(for signal: ChangeSignal, since version: Int, atMost limit: Duration?) async {
    guard let limit else { return await signal.changed(since: version) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await signal.changed(since: version) }
      group.addTask { try? await sleep(limit) }
      await group.next()
      group.cancelAll()
    }
  }
}
