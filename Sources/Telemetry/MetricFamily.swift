// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// All series of one name.
final class MetricFamily: Sendable {
  /// The most series a family keeps; the values of any further one are counted under the label value `other`.
  static let seriesLimit = 10_000

  let name: String
  let help: String
  let kind: MetricKind
  let labels: [String]
  let buckets: [Double]

  private struct State {
    var series: [[String]: Series] = [:]
    var computed: [@Sendable () -> [[String]: Double]] = []
  }
  private struct Series {
    var value = 0.0
    var count: UInt64 = 0
    /// How many values fell into each bucket, not cumulated.
    var buckets: [UInt64]
  }
  private let state: Mutex<State>

  init(name: String, help: String, kind: MetricKind, labels: [String], buckets: [Double]) {
    precondition(Self.isName(name, colons: true), "metric \"\(name)\": not a metric name")
    precondition(
      labels.allSatisfy { Self.isName($0, colons: false) && !$0.hasPrefix("__") } && Set(labels).count == labels.count
        && !(kind == .histogram && labels.contains("le")), "metric \(name): bad label names \(labels)")
    precondition(
      zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 } && buckets.allSatisfy(\.isFinite),
      "metric \(name): the buckets must be finite and ascend")
    (self.name, self.help, self.kind, self.labels, self.buckets) = (name, help, kind, labels, buckets)
    var state = State()
    if labels.isEmpty { state.series[[]] = Series(buckets: buckets.map { _ in 0 }) }
    self.state = Mutex(state)
  }

  func compute(_ values: @escaping @Sendable () -> [[String]: Double]) {
    state.withLock { state in
      state.series[[]] = nil
      state.computed.append(values)
    }
  }

  func update(_ values: [String], _ change: (inout Double) -> Void) {
    with(values) { series, _ in change(&series.value) }
  }

  func observe(_ value: Double, _ values: [String]) {
    with(values) { series, buckets in
      series.value += value
      series.count += 1
      if let index = buckets.firstIndex(where: { value <= $0 }) { series.buckets[index] += 1 }
    }
  }

  func touch(_ values: [String]) { with(values) { _, _ in } }

  func remove(_ values: [String]) { state.withLock { _ = $0.series.removeValue(forKey: values) } }

  func value(_ values: [String]) -> Double { state.withLock { $0.series[values]?.value ?? 0 } }

  private func with(_ values: [String], _ body: (inout Series, [Double]) -> Void) {
    precondition(values.count == labels.count, "metric \(name): \(values.count) values for labels \(labels)")
    state.withLock { state in
      let room = state.series[values] != nil || state.series.count < Self.seriesLimit
      let key = room ? values : labels.map { _ in "other" }
      body(&state.series[key, default: Series(buckets: buckets.map { _ in 0 })], buckets)
    }
  }

  func render(into text: inout String) {
    let (stored, computed) = state.withLock { ($0.series, $0.computed) }
    var series = stored
    // Asked for outside the lock: who answers may hold locks of his own.
    for (values, value) in computed.flatMap({ $0() }) {
      precondition(values.count == labels.count, "metric \(name): \(values.count) values for labels \(labels)")
      series[values] = Series(value: value, buckets: [])
    }
    if !computed.isEmpty, series.isEmpty { return }
    text += "# HELP \(name) \(PrometheusText.help(help))\n# TYPE \(name) \(kind.rawValue)\n"
    for (values, one) in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let pairs = zip(labels, values).map { "\($0)=\"\(PrometheusText.label($1))\"" }
      guard kind == .histogram else {
        text += "\(name)\(PrometheusText.set(pairs)) \(PrometheusText.number(one.value))\n"
        continue
      }
      var total: UInt64 = 0
      for (bound, count) in zip(buckets, one.buckets) {
        total += count
        let set = PrometheusText.set(pairs + ["le=\"\(PrometheusText.number(bound))\""])
        text += "\(name)_bucket\(set) \(total)\n"
      }
      text += "\(name)_bucket\(PrometheusText.set(pairs + ["le=\"+Inf\""])) \(one.count)\n"
      text += "\(name)_sum\(PrometheusText.set(pairs)) \(PrometheusText.number(one.value))\n"
      text += "\(name)_count\(PrometheusText.set(pairs)) \(one.count)\n"
    }
  }

  private static func isName(_ text: String, colons: Bool) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, !(0x30...0x39 ~= first) else { return false }
    return bytes.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
      case UInt8(ascii: ":"): colons
      default: false
      }
    }
  }
}

/// The spelling of Prometheus' text format.
enum PrometheusText {
  static func help(_ text: String) -> String { escape(text, quotes: false) }

  static func label(_ text: String) -> String { escape(text, quotes: true) }

  static func set(_ pairs: [String]) -> String { pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}" }

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
    return value.description
  }

  private static func escape(_ text: String, quotes: Bool) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\"" where quotes: output += "\\\""
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }
}
