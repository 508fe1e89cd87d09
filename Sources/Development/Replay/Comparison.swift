// SPDX-License-Identifier: Apache-2.0

import JSON

/// The first place where an answer is not as recorded.
public struct Difference: Error, Hashable, Sendable, CustomStringConvertible {
  /// The place, as a JSON path.
  public let path: String
  /// What should stand there.
  public let expected: String
  /// What does.
  public let actual: String

  /// For the line in the report.
  public var description: String { "\(path): expected \(expected), got \(actual)" }
}

/// Compares an answer with the recorded one by the rules of `Recordings/README.md`: what varies from one run to the next
/// is bound in the correspondence, all else must be the same.
struct Comparison {
  var correspondence: Correspondence
  /// A definition's conditions are written by the server, with the time of the day.
  private var stampsTransitions = false

  init(_ correspondence: Correspondence) { self.correspondence = correspondence }

  /// Compares two values.
  ///
  /// - Throws: the first difference, in the order of the recorded members.
  mutating func compare(_ expected: JSONValue, _ actual: JSONValue, at path: String = "$") throws(Difference) {
    var (expected, actual) = (expected, actual)
    if path == "$" {
      stampsTransitions = expected["kind"] == "CustomResourceDefinition"
      (expected, actual) = (RefusalOrder.normalized(expected), RefusalOrder.normalized(actual))
    }
    switch (expected, actual) {
    case (.object(let left), .object(let right)): try compare(left, right, at: path)
    case (.array(let left), .array(let right)):
      for (index, pair) in zip(left, right).enumerated() {
        try compare(pair.0, pair.1, at: "\(path)[\(index)]")
      }
      guard left.count == right.count else {
        throw Difference(path: path, expected: "\(left.count) elements", actual: "\(right.count)")
      }
    case (.string(let left), .string(let right)):
      let wanted = Self.withoutOldestVersion(correspondence.translated(left))
      guard wanted == Self.withoutOldestVersion(right) else { throw difference(path, .string(wanted), actual) }
    default:
      guard expected == actual else { throw difference(path, expected, actual) }
    }
  }

  private mutating func compare(
    _ expected: JSONObject, _ actual: JSONObject, at path: String
  ) throws(Difference) {
    var actual = actual
    let isMetadata = path.hasSuffix(".metadata")
    if path == "$", expected["kind"] == "Table" { actual = Self.aged(actual, as: expected) }
    // Names first: what they stand for is needed for the rest.
    let members = expected.sorted { Self.rank($0.key) < Self.rank($1.key) }
    for (key, value) in members {
      let place = Self.path(path, key)
      guard let other = actual[key] else {
        throw Difference(path: place, expected: Self.text(value), actual: "nothing")
      }
      switch (key, value, other) {
      case ("uid", .string(let left), .string(let right)):
        try require(correspondence.bind(left, to: right), place, right)
      case ("resourceVersion", .string(let left), .string(let right)) where isMetadata:
        try compareVersions(left, right, isObject: expected["name"] != nil, place)
      case ("name", .string(let left), .string(let right)) where isMetadata && expected["generateName"] != nil:
        let prefix = expected["generateName"]?.string ?? ""
        guard right.hasPrefix(prefix), right.count == left.count else { throw difference(place, value, other) }
        try require(correspondence.bind(left, to: right), place, right)
      case ("continue", .string(let left), .string(let right)) where isMetadata && !left.isEmpty:
        guard !right.isEmpty else { throw difference(place, value, other) }
        try require(correspondence.bind(left, to: right), place, right)
      case ("clusterIP", .string(let left), .string(let right)) where left != "None":
        guard right.wholeMatch(of: /\d+\.\d+\.\d+\.\d+/) != nil else { throw difference(place, value, other) }
        try require(correspondence.bind(left, to: right), place, right)
      case ("managedFields", .array(let left), .array(let right)):
        try compareOwners(left, right, at: place)
      case ("creationTimestamp", .string, .string), ("deletionTimestamp", .string, .string),
        ("lastTransitionTime", .string, .string) where key != "lastTransitionTime" || stampsTransitions:
        guard Self.isTime(other) else { throw difference(place, value, other) }
      default: try compare(value, other, at: place)
      }
    }
    for (key, value) in actual where expected[key] == nil {
      throw Difference(path: Self.path(path, key), expected: "nothing", actual: Self.text(value))
    }
  }

  private mutating func compareVersions(
    _ expected: String, _ actual: String, isObject: Bool, _ place: String
  ) throws(Difference) {
    guard let left = Int64(expected), let right = Int64(actual) else {
      guard expected == actual else { throw difference(place, .string(expected), .string(actual)) }
      return
    }
    let problem =
      isObject
      ? correspondence.bind(version: left, to: right) : correspondence.check(listVersion: left, is: right)
    try require(problem, place, actual)
  }

  /// Owners are compared as a set: their order goes by times.
  private mutating func compareOwners(
    _ expected: [JSONValue], _ actual: [JSONValue], at path: String
  ) throws(Difference) {
    func key(_ owner: JSONValue) -> String {
      ["manager", "operation", "subresource"].map { owner[$0]?.string ?? "" }.joined(separator: " ")
    }
    let left = expected.sorted { key($0) < key($1) }
    let right = actual.sorted { key($0) < key($1) }
    guard left.map(key) == right.map(key) else {
      throw difference(path, .array(left.map { .string(key($0)) }), .array(right.map { .string(key($0)) }))
    }
    for (owner, other) in zip(left, right) {
      var (owner, other) = (owner, other)
      let place = "\(path)[\(key(owner))]"
      guard owner["time"] == nil ? other["time"] == nil : Self.isTime(other["time"]) else {
        throw difference(place + ".time", owner["time"], other["time"])
      }
      owner["time"] = nil
      other["time"] = nil
      try compare(owner, other, at: place)
    }
  }

  private func require(_ wanted: String?, _ place: String, _ actual: String) throws(Difference) {
    guard let wanted else { return }
    throw Difference(path: place, expected: wanted, actual: actual)
  }

  private func difference(_ path: String, _ expected: JSONValue?, _ actual: JSONValue?) -> Difference {
    Difference(path: path, expected: expected.map(Self.text) ?? "nothing", actual: actual.map(Self.text) ?? "nothing")
  }

  /// Which version is the oldest to be watched depends on what else was written.
  private static func withoutOldestVersion(_ text: String) -> String {
    text.replacing(/^(too old resource version: \d+) \(\d+\)$/) { "\($0.1) (…)" }
  }

  /// A table with the recorded ages: how old an object is depends on the time of the day.
  private static func aged(_ table: JSONObject, as recorded: JSONObject) -> JSONObject {
    let dates = (recorded["columnDefinitions"]?.array ?? []).enumerated().filter { $1["type"] == "date" }.map(\.offset)
    guard let expected = recorded["rows"]?.array, let rows = table["rows"]?.array else { return table }
    var result = table
    result["rows"] = .array(
      rows.enumerated().map { index, row in
        guard index < expected.count, let left = expected[index]["cells"]?.array, var cells = row["cells"]?.array else {
          return row
        }
        for date in dates where date < min(left.count, cells.count) && isAge(left[date]) && isAge(cells[date]) {
          cells[date] = left[date]
        }
        var row = row
        row["cells"] = .array(cells)
        return row
      })
    return result
  }

  private static func isAge(_ cell: JSONValue) -> Bool { cell.string?.wholeMatch(of: /(\d+[smhdy])+/) != nil }

  private static func rank(_ key: String) -> Int { ["kind", "metadata", "name", "uid"].firstIndex(of: key) ?? 9 }

  private static func isTime(_ value: JSONValue?) -> Bool {
    value?.string?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil
  }

  private static func path(_ path: String, _ key: String) -> String {
    key.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil ? "\(path).\(key)" : "\(path)['\(key)']"
  }

  private static func text(_ value: JSONValue) -> String {
    let text = JSONWriter.text(value)
    return text.count > 400 ? text.prefix(400) + "…" : text
  }
}
