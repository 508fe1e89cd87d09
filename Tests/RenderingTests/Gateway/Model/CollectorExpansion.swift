// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the collector makes of the text of its configuration files before any component sees it: a model written from
/// `confmap/expand.go`, `resolver.go` and `provider.go` of opentelemetry-collector, read at 934999fb (v0.159).
///
/// Left out: the schemes `file`, `http`, `https` and `yaml`, and that a variable's value is parsed as YAML first, which
/// can change its type, though not the text that a field of text gets.
enum CollectorExpansion {
  enum Failure: Error, Equatable {
    case tooManyExpansions, invalidReference(String)
  }

  /// Merges two documents as several `--config` are: maps member by member, all else is replaced.
  static func merge(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
    guard var members = first.object, let others = second.object else { return second }
    for (key, value) in others { members[key] = members[key].map { merge($0, value) } ?? value }
    return .object(members)
  }

  /// The configuration as components see it. Names of members are left alone.
  static func resolve(_ value: JSONValue, environment: [String: String] = [:]) throws -> JSONValue {
    switch value {
    case .string(let text): .string(try resolve(text, environment: environment))
    case .array(let elements): .array(try elements.map { try resolve($0, environment: environment) })
    case .object(let members):
      .object(JSONObject(try members.map { ($0.key, try resolve($0.value, environment: environment)) }))
    default: value
    }
  }

  /// A text after expansion: references are replaced, over and over, then each `$$` becomes `$`.
  static func resolve(_ text: String, environment: [String: String]) throws -> String {
    var text = text
    for _ in 0..<1000 {
      guard let reference = reference(in: text) else { return unescaped(text) }
      let value = try value(of: reference, environment)
      text = text.split(separator: reference, omittingEmptySubsequences: false).joined(separator: value)
    }
    throw Failure.tooManyExpansions
  }

  /// The first `${…}` that is not escaped. An escaped one hides all that follow.
  private static func reference(in text: String) -> String? {
    var rest = Array(text.unicodeScalars)[...]
    while let close = rest.firstIndex(of: "}") {
      let head = rest[..<close]
      let open = head.indices.dropLast().last { head[$0] == "$" && head[$0 + 1] == "{" }
      if let open {
        let dollars = head[..<open].reversed().prefix { $0 == "$" }.count
        guard dollars.isMultiple(of: 2) else { return nil }
        return String(String.UnicodeScalarView(rest[open...close]))
      }
      rest = rest[(close + 1)...]
    }
    return nil
  }

  private static func value(of reference: String, _ environment: [String: String]) throws -> String {
    var name = reference.dropFirst(2).dropLast()
    if name.hasPrefix("env:") {
      name = name.dropFirst(4)
    } else if name.contains(":") {
      throw Failure.invalidReference(reference)
    }
    let parts = name.split(separator: ":-", maxSplits: 1, omittingEmptySubsequences: false)
    guard isName(parts[0]) else { throw Failure.invalidReference(reference) }
    return environment[String(parts[0])] ?? (parts.count > 1 ? String(parts[1]) : "")
  }

  private static func isName(_ text: Substring) -> Bool {
    (text.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_]*/)) != nil
  }

  private static func unescaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var isPending = false
    for scalar in text.unicodeScalars {
      if scalar == "$", isPending {
        isPending = false
        continue
      }
      isPending = scalar == "$"
      result.append(scalar)
    }
    return String(result)
  }
}
