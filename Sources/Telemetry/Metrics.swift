// SPDX-License-Identifier: Apache-2.0

/// A number that only grows. See ``MetricsRegistry``.
public struct Counter: Sendable {
  let family: MetricFamily

  /// Adds to the series with those label values, which stand in the order of the label names.
  ///
  /// A negative amount is ignored.
  public func increment(_ labels: [String] = [], by amount: Double = 1) {
    guard amount >= 0 else { return }
    family.update(labels) { $0 += amount }
  }

  /// Makes the series exist at zero.
  public func initialise(_ labels: [String]) { family.touch(labels) }

  /// What the series stands at.
  public func value(_ labels: [String] = []) -> Double { family.value(labels) }
}

/// A number that goes up and down. See ``MetricsRegistry``.
public struct Gauge: Sendable {
  let family: MetricFamily

  /// Sets the series with those label values.
  public func set(_ value: Double, _ labels: [String] = []) { family.update(labels) { $0 = value } }

  /// Adds to the series, or takes away.
  public func add(_ amount: Double, _ labels: [String] = []) { family.update(labels) { $0 += amount } }

  /// Makes the series exist at zero.
  public func initialise(_ labels: [String]) { family.touch(labels) }

  /// Forgets a series whose subject is gone.
  public func remove(_ labels: [String]) { family.remove(labels) }

  /// What the series stands at.
  public func value(_ labels: [String] = []) -> Double { family.value(labels) }
}

/// Counts of observed values below fixed bounds. See ``MetricsRegistry``.
public struct Histogram: Sendable {
  /// Bounds for durations in seconds, from 5 ms to 60 s; those of controller-runtime's reconcile time, thinned.
  public static let latencySeconds: [Double] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

  let family: MetricFamily

  /// Counts a value.
  public func observe(_ value: Double, _ labels: [String] = []) { family.observe(value, labels) }

  /// Counts a duration in seconds.
  public func observe(_ duration: Duration, _ labels: [String] = []) {
    let (seconds, attoseconds) = duration.components
    observe(Double(seconds) + Double(attoseconds) * 1e-18, labels)
  }

  /// Makes the series exist at zero.
  public func initialise(_ labels: [String]) { family.touch(labels) }
}
