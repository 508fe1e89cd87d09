// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import ObservabilityAPI

/// What a real API server demands of the generated definition and an in-memory one may not notice.
@Suite("The generated schema")
struct GeneratedSchemaTests {
  /// One place of the generated schema, with what its parent says of it.
  private struct Node {
    let path: String
    let value: JSONValue
    /// Whether the parent demands it, or it is an item of a list.
    let isRequired: Bool

    /// Whether templates may write null here, and server-side apply still accepts the object.
    var acceptsNull: Bool { isRequired || value["default"] != nil || value["nullable"] == true }
  }

  private static let nodes: [Node] = {
    func walk(_ value: JSONValue, _ path: String, isRequired: Bool) -> [Node] {
      var result = [Node(path: path, value: value, isRequired: isRequired)]
      for (name, child) in value["properties"]?.object ?? [:] {
        let isRequired = value["required"]?.array?.contains(.string(name)) == true
        result += walk(child, path.isEmpty ? name : "\(path).\(name)", isRequired: isRequired)
      }
      if let items = value["items"] { result += walk(items, "\(path)[]", isRequired: true) }
      if let values = value["additionalProperties"] { result += walk(values, "\(path)[*]", isRequired: false) }
      return result
    }
    return walk(ObservabilitySchema.root.openAPI, "", isRequired: true)
  }()

  /// Bounds are compared as floats: one of 2^63-1 refuses every value of its field
  /// (`Tests/Conformance/Recordings/09-schema-validation.jsonl`).
  @Test("Every bound of a number is one that a float64 holds exactly")
  func boundsFitFloats() {
    let exact = -(Int64(1) << 53)...(Int64(1) << 53)
    var seen = 0
    for node in Self.nodes {
      for name in ["minimum", "maximum"] {
        guard let bound = node.value[name] else { continue }
        #expect(bound.integer.map(exact.contains) == true, "\(node.path): \(name) \(bound)")
        seen += 1
      }
    }
    #expect(seen > 10)
  }

  /// The API server uses RE2, which knows no assertions besides `^`, `$` and `\b`, no back references and no possessive
  /// or atomic groups.
  @Test("Every pattern compiles, is anchored, and keeps to what RE2 knows")
  func patternsCompile() throws {
    let patterns = Self.nodes.compactMap { node in node.value["pattern"]?.string.map { (node.path, $0) } }
    #expect(patterns.count > 20)
    for (path, pattern) in patterns {
      #expect(throws: Never.self, "\(path): \(pattern)") { try Regex(pattern) }
      #expect(pattern.hasPrefix("^") && pattern.hasSuffix("$"), "\(path): \(pattern)")
      #expect(!pattern.contains(/\(\?|\\[1-9kKGZ]|[*+?}]\+/), "\(path): \(pattern)")
    }
  }

  @Test("Every default satisfies its schema, as written and with the defaults below it")
  func defaultsSatisfyTheirSchemas() {
    var seen = 0
    func check(_ schema: Schema, _ path: String) {
      if let value = schema.defaultValue {
        var walk = SchemaWalk()
        let complete = walk.complete(value, schema, at: [])
        #expect(walk.failures == [], "\(path)")
        #expect(walk.complete(complete, schema, at: []) == complete, "\(path)")
        seen += 1
      }
      switch schema.shape {
      case .object(let properties): properties.forEach { check($0.schema, "\(path).\($0.name)") }
      case .map(let values): check(values, "\(path)[*]")
      case .list(let items, _): check(items, "\(path)[]")
      default: break
      }
    }
    check(ObservabilitySchema.root, "")
    #expect(seen > 50)
  }

  /// The operator alone writes `status`, and the API server the rest beside `spec`.
  @Test("Every member of spec that need not be given accepts null in a server-side apply")
  func nullIsAccepted() {
    let members = Self.nodes.filter { $0.path.hasPrefix("spec") }
    #expect(members.count > 100)
    for node in members { #expect(node.acceptsNull, "\(node.path)") }
  }

  @Test("Only spec has members that are nullable, and none that has a default or an enumeration")
  func nullableMembers() {
    for node in Self.nodes where node.value["nullable"] == true {
      #expect(node.path.hasPrefix("spec."), "\(node.path)")
      // The API server keeps a null and does not fill in the default.
      #expect(node.value["default"] == nil, "\(node.path)")
      // The API server compares null with the enumeration, and refuses it.
      #expect(node.value["enum"] == nil, "\(node.path)")
    }
  }
}
