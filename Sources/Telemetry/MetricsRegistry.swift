// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The metrics of a process, and their text for Prometheus.
///
/// Register a family once and keep what is returned; registering the same name again with the same kind and labels
/// returns the same family. Every family without labels stands at zero from the start; call `initialise` for those
/// label values that are known beforehand, so that a rate can be taken from the first event on.
public final class MetricsRegistry: Sendable {
  /// The content type of ``render()``.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private let families = Mutex<[String: MetricFamily]>([:])

  /// An empty registry.
  public init() {}

  /// A number that only grows; its name should end in `_total`.
  public func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
    Counter(family: family(name, help, .counter, labels, buckets: []))
  }

  /// A number that goes up and down.
  public func gauge(_ name: String, help: String, labels: [String] = []) -> Gauge {
    Gauge(family: family(name, help, .gauge, labels, buckets: []))
  }

  /// Counts of observed values below fixed bounds.
  ///
  /// - Parameter buckets: the upper bounds, ascending, without the infinite one.
  public func histogram(
    _ name: String, help: String, labels: [String] = [], buckets: [Double] = Histogram.latencySeconds
  ) -> Histogram {
    Histogram(family: family(name, help, .histogram, labels, buckets: buckets))
  }

  /// A number that is asked for whenever the metrics are read; nil leaves it out.
  public func computed(
    _ name: String, help: String, kind: MetricKind, value: @escaping @Sendable () -> Double?
  ) {
    computed(name, help: help, kind: kind, labels: []) { value().map { [[]: $0] } ?? [:] }
  }

  /// Numbers that are asked for whenever the metrics are read, by label values in the order of the label names. Without
  /// any the family is left out. May be called again for the same family, which then holds the numbers of both.
  public func computed(
    _ name: String, help: String, kind: MetricKind, labels: [String],
    values: @escaping @Sendable () -> [[String]: Double]
  ) {
    precondition(kind != .histogram, "metric \(name): a histogram cannot be computed")
    family(name, help, kind, labels, buckets: []).compute(values)
  }

  /// What is registered, sorted by name, with or without series.
  public var descriptions: [MetricDescription] {
    families.withLock { Array($0.values) }.sorted { $0.name < $1.name }
      .map { MetricDescription(name: $0.name, help: $0.help, kind: $0.kind, labels: $0.labels) }
  }

  /// All metrics in Prometheus' text format 0.0.4, sorted by name and labels.
  ///
  /// See "Exposition formats" in the Prometheus documentation.
  public func render() -> String {
    let sorted = families.withLock { $0.values.sorted { $0.name < $1.name } }
    var text = ""
    for family in sorted { family.render(into: &text) }
    return text
  }

  private func family(
    _ name: String, _ help: String, _ kind: MetricKind, _ labels: [String], buckets: [Double]
  ) -> MetricFamily {
    families.withLock { families in
      if let known = families[name] {
        precondition(
          known.kind == kind && known.labels == labels && known.buckets == buckets,
          "metric \(name) is registered twice, in two ways")
        return known
      }
      let family = MetricFamily(name: name, help: help, kind: kind, labels: labels, buckets: buckets)
      families[name] = family
      return family
    }
  }
}

/// What a metric is.
public enum MetricKind: String, Sendable {
  case counter, gauge, histogram
}

/// A registered metric.
public struct MetricDescription: Hashable, Sendable {
  /// The name; that of a histogram without suffix.
  public let name: String
  /// What it means.
  public let help: String
  /// What it is.
  public let kind: MetricKind
  /// The names of its labels, in order; without the `le` of a histogram.
  public let labels: [String]
}
