// SPDX-License-Identifier: Apache-2.0

import JSON

/// Why the stand-in does not run a configuration of the collector.
public struct CollectorSettingsError: Error, Hashable, CustomStringConvertible {
  /// The member and what is wrong with it, such as `exporters.otlp_http/logs.timeout: is not known to the stand-in`.
  public let description: String

  init(_ path: String, _ message: String) { description = "\(path): \(message)" }
}

/// An object of the configuration. Each member must be read: one that is left over is an error.
struct StrictSettings {
  private var members: [String: JSONValue]
  let path: String

  /// Reads an object to its end.
  ///
  /// - Throws: ``CollectorSettingsError`` for a value that is not an object, and for a member that was not read.
  static func read<Result>(
    _ value: JSONValue?, at path: String, _ body: (inout StrictSettings) throws -> Result
  ) throws -> Result {
    guard let object = value?.object else { throw CollectorSettingsError(path, "is not an object") }
    var settings = StrictSettings(
      members: Dictionary(uniqueKeysWithValues: object.map { ($0.key, $0.value) }), path: path)
    let result = try body(&settings)
    if let unknown = settings.members.keys.min() {
      throw CollectorSettingsError("\(path).\(unknown)", "is not known to the stand-in")
    }
    return result
  }

  /// The names of the members that are still unread, in their order by name.
  var names: [String] { members.keys.sorted() }

  /// Reads a member; nil if it is missing.
  mutating func value(_ key: String) -> JSONValue? { members.removeValue(forKey: key) }

  mutating func text(_ key: String) throws -> String {
    guard let text = value(key)?.string else { throw CollectorSettingsError("\(path).\(key)", "is not a text") }
    return text
  }

  mutating func integer(_ key: String) throws -> Int {
    guard let number = value(key)?.integer else { throw CollectorSettingsError("\(path).\(key)", "is not an integer") }
    return Int(number)
  }

  mutating func texts(_ key: String) throws -> [String] {
    try (value(key)?.array ?? []).map {
      guard let text = $0.string else { throw CollectorSettingsError("\(path).\(key)", "is not a list of texts") }
      return text
    }
  }

  /// Reads a member of which only one value is modelled.
  mutating func expect(_ key: String, _ expected: JSONValue) throws {
    guard value(key) == expected else {
      throw CollectorSettingsError("\(path).\(key)", "has another value than \(JSONWriter.text(expected))")
    }
  }

  /// Reads members that have no effect on the stand-in.
  mutating func pass(_ keys: String...) {
    for key in keys { members[key] = nil }
  }

  mutating func object<Result>(_ key: String, _ body: (inout StrictSettings) throws -> Result) throws -> Result {
    try Self.read(value(key), at: "\(path).\(key)", body)
  }

  /// The port of an address that listens on every interface.
  mutating func port(_ key: String) throws -> Int {
    let parts = try text(key).split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "0.0.0.0", let port = Int(parts[1]) else {
      throw CollectorSettingsError("\(path).\(key)", "is not 0.0.0.0 and a port")
    }
    return port
  }
}
