// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing

/// Templates write null where a value is not set.
@Suite("Null in place of a value")
struct NullTests {
  static let documents = [
    "Tests/Conformance/examples/design.yaml", "Tests/Conformance/examples/every-field.yaml",
    "Tests/Conformance/examples/every-route.yaml", "Tests/Conformance/examples/every-destination.yaml",
  ]

  @Test("Null reads as an absent member, for every member of every example", arguments: documents)
  func nullReadsAsAbsent(path: String) throws {
    for variant in MemberVariants.all(of: try Repository.yaml(path)) {
      let (withNull, without) = (Verdict(variant.withNull), Verdict(variant.without))
      #expect(withNull == without, "\(variant.field)")
      if case .accepted = without { #expect(!variant.isRequired, "\(variant.field)") }
    }
  }

  @Test("The examples give every field that the schema has")
  func examplesCoverTheSchema() throws {
    let covered = try Set(Self.documents.flatMap { MemberVariants.all(of: try Repository.yaml($0)).map(\.field) })
    #expect(MemberVariants.fields().subtracting(covered).sorted() == [])
  }

  @Test("An object whose every optional value is null is the object with no value given")
  func everythingNull() throws {
    let document = object(
      Self.nulls(try #require(ObservabilitySchema.root.properties.first { $0.name == "spec" }).schema))
    #expect(try ObservabilityDecoder.decode(document).spec == ObservabilityDecoder.decode(object([:])).spec)
  }

  /// Null in place of every value below a node, with the objects around them kept.
  static func nulls(_ schema: Schema) -> JSONValue {
    guard case .object(let properties) = schema.shape, schema.defaultValue != nil else { return .null }
    return .object(JSONObject(properties.map { ($0.name, nulls($0.schema)) }))
  }

  @Test("An item of a list that is null is refused, as the API server does")
  func nullItems() {
    for (spec, field) in [
      (["images": ["pullSecrets": [.null]]], "spec.images.pullSecrets[0]"),
      (["nodeAgent": ["env": [.null]]], "spec.nodeAgent.env[0]"),
    ] as [(JSONValue, String)] {
      guard case .refused(let failures) = Verdict(object(spec)) else {
        Issue.record("\(field) is accepted")
        continue
      }
      #expect(failures.map(\.field) == [field])
    }
  }

  @Test("A null identity reads as an absent one")
  func nullIdentity() {
    let empty = Verdict([:])
    #expect(Verdict(["apiVersion": .null, "kind": .null, "metadata": .null, "spec": .null, "status": .null]) == empty)
    #expect(Verdict(["metadata": ["name": .null]]) == empty)
  }
}
