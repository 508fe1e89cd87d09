// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing
import YAML

@Suite struct CustomResourceDefinitionTests {
  static let manifest = CustomResourceDefinition.manifest()

  static var schema: JSONValue {
    get throws {
      let version = try #require(manifest[path: "spec", "versions"]?.array?.first)
      return try #require(version[path: "schema", "openAPIV3Schema"])
    }
  }

  /// Every node of the schema with its path.
  private func nodes(_ node: JSONValue, _ path: String = "") -> [(path: String, node: JSONValue)] {
    var result = [(path, node)]
    for (name, child) in node["properties"]?.object ?? [:] { result += nodes(child, "\(path).\(name)") }
    if let items = node["items"] { result += nodes(items, path + "[]") }
    if let values = node["additionalProperties"] { result += nodes(values, path + "[*]") }
    return result
  }

  @Test func theFileIsTheGeneratedManifest() throws {
    let file = try Repository.text(GeneratedFiles.crdPath)
    #expect(try YAMLDecoder.document(file) == GeneratedFiles.crd(), "run make generate")
    #expect(file.utf8.count < 128 << 10, "client-side apply keeps the text in an annotation of at most 256 KiB")
  }

  @Test func namesAndColumns() throws {
    #expect(Self.manifest[path: "metadata", "name"] == "observabilities.observability.cozystack.io")
    #expect(Self.manifest[path: "spec", "scope"] == "Cluster")
    #expect(Self.manifest[path: "spec", "names", "shortNames"] == ["obs"])
    let version = try #require(Self.manifest[path: "spec", "versions"]?.array?.first)
    #expect(version[path: "subresources", "status"] == [:])
    let columns = try #require(version["additionalPrinterColumns"]?.array)
    #expect(columns.map { $0["name"] } == ["Mode", "Agents", "Ready", "Reason", "Message", "Age"])
    #expect(columns.map { $0["priority"]?.integer ?? 0 } == [0, 0, 0, 1, 1, 0])
  }

  @Test func everyFieldIsDescribed() throws {
    for (path, node) in nodes(try Self.schema) where path != ".metadata" {
      let description = try #require(node["description"]?.string, "\(path)")
      #expect(description.hasSuffix(".") && !description.contains("\n"), "\(path)")
    }
  }

  @Test func everythingThatGrowsIsBounded() throws {
    for (path, node) in nodes(try Self.schema) where path.hasPrefix(".spec") || path.hasPrefix(".status") {
      switch node["type"]?.string {
      case "string": #expect(node["enum"] != nil || node["maxLength"]?.integer != nil, "\(path)")
      case "array": #expect(node["maxItems"]?.integer != nil, "\(path)")
      case "object": #expect(node["additionalProperties"] == nil || node["maxProperties"]?.integer != nil, "\(path)")
      case "integer": #expect(node["minimum"]?.integer != nil, "\(path)")
      case "boolean": break
      default: #expect(node["x-kubernetes-int-or-string"] == true, "\(path)")
      }
    }
  }

  /// What `apiextensions-apiserver/pkg/apis/apiextensions/validation` demands of lists that are maps.
  @Test func keysOfListMapsAreRequiredOrDefaulted() throws {
    var seen = 0
    for (path, node) in nodes(try Self.schema) where node["x-kubernetes-list-type"] == "map" {
      let required = node[path: "items", "required"]?.array ?? []
      for key in try #require(node["x-kubernetes-list-map-keys"]?.array) {
        let property = node[path: "items", "properties", key.string ?? ""]
        #expect(required.contains(key) || property?["default"] != nil, "\(path) \(key)")
        seen += 1
      }
    }
    #expect(seen == 8)
  }

  @Test func rulesNameFieldsThatExist() throws {
    var seen = 0
    for (path, node) in nodes(try Self.schema) {
      for rule in node["x-kubernetes-validations"]?.array ?? [] {
        seen += 1
        #expect(rule["message"]?.string?.contains("\n") == false, "\(path)")
        let field = rule["fieldPath"]?.string ?? ""
        let end = field.split(separator: ".").reduce(Optional(node)) { $0?[path: "properties", String($1)] }
        #expect(end != nil, "\(path)\(field)")
      }
    }
    #expect(seen == 66)
  }

  /// The API server checks rules on defaults as they are written, before it fills in those below.
  @Test func defaultsUnderRulesAreComplete() throws {
    func missing(_ value: JSONValue, _ node: JSONValue, _ path: String) -> [String] {
      (node["properties"]?.object ?? [:]).flatMap { name, child -> [String] in
        guard let below = value[name] else { return child["default"] == nil ? [] : ["\(path).\(name)"] }
        return missing(below, child, "\(path).\(name)")
      }
    }
    var seen = 0
    for (path, node) in nodes(try Self.schema) {
      guard let value = node["default"], value.object != nil,
        nodes(node).contains(where: { $0.node["x-kubernetes-validations"] != nil })
      else { continue }
      seen += 1
      #expect(missing(value, node, path) == [])
    }
    #expect(seen > 10)
  }

  @Test func metadataSaysNoMoreThanTheAPIServerAllows() throws {
    #expect(try Self.schema[path: "properties", "metadata"] == ["type": "object"])
  }
}
