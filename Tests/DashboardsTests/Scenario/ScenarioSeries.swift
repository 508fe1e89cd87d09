// SPDX-License-Identifier: Apache-2.0

import JSON

/// One generated series: what it is called, and its value at each second from the start; nil where it has none.
struct ScenarioSeries {
  var name: String
  var labels: [String: String]
  var value: (Double) -> Double?

  /// A counter that grows at one rate in the healthy hour and at another in the faulty one.
  static func counter(_ name: String, _ labels: [String: String], _ healthy: Double, _ faulty: Double? = nil) -> Self {
    let start = Double(labels.count)
    return Self(name: name, labels: labels) { second in
      start + healthy * min(second, Clock.fault) + (faulty ?? healthy) * max(second - Clock.fault, 0)
    }
  }

  /// A gauge with one value in the healthy hour and another in the faulty one.
  static func gauge(_ name: String, _ labels: [String: String], _ healthy: Double, _ faulty: Double? = nil) -> Self {
    Self(name: name, labels: labels) { $0 < Clock.fault ? healthy : faulty ?? healthy }
  }

  /// The series with samples only while the condition holds.
  func during(_ condition: @escaping (Double) -> Bool) -> Self {
    Self(name: name, labels: labels) { [value] in condition($0) ? value($0) : nil }
  }

  /// A line of VictoriaMetrics' `/api/v1/import`. The agent writes empty labels, which are stored as none.
  func line(from: Double, step: Double) -> [UInt8] {
    var metric = JSONObject([("__name__", .string(name))])
    for (label, value) in labels.sorted(by: { $0.key < $1.key }) where !value.isEmpty { metric[label] = .string(value) }
    var values: [JSONValue] = []
    var times: [JSONValue] = []
    for second in stride(from: from, through: Clock.end, by: step) {
      guard let value = value(second) else { continue }
      values.append(.double(value))
      times.append(.integer(Int64((Clock.start + second) * 1000)))
    }
    guard !values.isEmpty else { return [] }
    return JSONWriter.bytes([
      "metric": .object(metric), "values": .array(values), "timestamps": .array(times),
    ]) + [UInt8(ascii: "\n")]
  }
}

/// Two hours of a day in 2026: a healthy one, then one with faults.
enum Clock {
  static let start = 1_780_272_000.0
  static let fault = 3600.0
  static let end = 7200.0
  static let step = 30.0

  /// The time as RFC 3339, on that day.
  static func text(_ second: Double) -> String {
    let whole = Int(second)
    let parts = [whole / 3600, whole / 60 % 60, whole % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "2026-06-01T\(parts.joined(separator: ":"))Z"
  }
}
