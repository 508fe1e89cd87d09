// SPDX-License-Identifier: Apache-2.0

import JSON

/// Turns the JSON of an `Observability` object into its type, and says all that is wrong with it.
///
/// The API server checks the same when it has this release's CustomResourceDefinition. The operator checks again, because
/// the definition may be older, because `render` runs without a server, and because some rules are beyond the server.
public struct ObservabilityDecoder {
  /// The object with every default filled in.
  ///
  /// - Throws: ``InvalidObservability`` with every fault, in the order of the document.
  public static func decode(_ object: JSONValue) throws(InvalidObservability) -> Observability {
    let complete = try defaulted(object)
    do {
      return try SpecReader.observability(complete)
    } catch {
      throw InvalidObservability([error])
    }
  }

  /// The object as the API server would store it: checked, with the schema's defaults filled in and without status.
  ///
  /// - Throws: ``InvalidObservability`` with every fault, in the order of the document.
  public static func defaulted(_ object: JSONValue) throws(InvalidObservability) -> JSONValue {
    guard case .object(var members) = object.withoutNulls else {
      throw InvalidObservability([
        FieldError(path: [], message: "expected an \(ObservabilitySchema.kind) object, found \(object.foundName)")
      ])
    }
    // The status is the operator's own output.
    members["status"] = nil
    let identity = identityFailures(members)
    let schema = identity.isEmpty ? ObservabilitySchema.root : ObservabilitySchema.withoutRules
    var walk = SchemaWalk()
    let complete = walk.complete(.object(members), schema, at: [])
    // A fault of the identity is told once, in the identity's own words.
    let failures = identity + walk.failures.filter { fault in !identity.contains { $0.path.starts(with: fault.path) } }
    guard failures.isEmpty else { throw InvalidObservability(inDocumentOrder(failures, of: object)) }
    return complete
  }

  /// Whether the specification lacks a default that the API server fills in if it has this release's definition.
  public static func lacksDefaults(_ object: JSONValue) -> Bool {
    guard let complete = try? defaulted(object) else { return false }
    return complete["spec"] != object.withoutNulls["spec"]
  }

  /// Checks the rules on changes, such as that the namespace stays.
  ///
  /// - Throws: ``InvalidObservability`` with every change that is not allowed. Faults of either object alone are
  ///   ``decode(_:)``'s to find.
  public static func validateUpdate(old: JSONValue, new: JSONValue) throws(InvalidObservability) {
    let before = (try? defaulted(old)) ?? old.withoutNulls
    let after = (try? defaulted(new)) ?? new.withoutNulls
    let failures = transitionFailures(before, after, ObservabilitySchema.root, at: [])
    guard failures.isEmpty else { throw InvalidObservability(inDocumentOrder(failures, of: new)) }
  }

  private static func identityFailures(_ members: JSONObject) -> [FieldError] {
    var failures: [FieldError] = []
    for (name, expected) in [("apiVersion", ObservabilitySchema.apiVersion), ("kind", ObservabilitySchema.kind)]
    where members[name]?.string != expected {
      let found = members[name].map { $0.string?.quotedForMessage ?? $0.foundName } ?? "nothing"
      failures.append(FieldError(path: [.field(name)], message: "expected \"\(expected)\", found \(found)"))
    }
    // One of another type is a fault of its own.
    if (members["metadata"]?["name"] ?? "") == "" {
      failures.append(
        FieldError(
          path: [.field("metadata"), .field("name")],
          message: "is required: give the object a name such as \"platform\""))
    }
    return failures
  }

  private static func transitionFailures(
    _ old: JSONValue, _ new: JSONValue, _ schema: Schema, at path: [PathComponent]
  ) -> [FieldError] {
    var failures: [FieldError] = []
    for rule in schema.rules {
      guard case .transition(let allows) = rule.check, !allows(old, new) else { continue }
      failures.append(FieldError(path: path, message: rule.message))
    }
    for property in schema.properties {
      guard let before = old[property.name], let after = new[property.name] else { continue }
      failures += transitionFailures(before, after, property.schema, at: path + [.field(property.name)])
    }
    return failures
  }

  /// The faults as a reader of the document meets them; one about something that is not there comes after its siblings.
  static func inDocumentOrder(_ failures: [FieldError], of document: JSONValue) -> [FieldError] {
    let placed = failures.enumerated().map { (place: place(of: $1.path, in: document) + [$0], failure: $1) }
    return placed.sorted { $0.place.lexicographicallyPrecedes($1.place) }.map(\.failure)
  }

  private static func place(of path: [PathComponent], in document: JSONValue) -> [Int] {
    var value: JSONValue? = document
    return path.map { component in
      switch component {
      case .field(let name), .key(let name):
        let position = value?.object.flatMap { members in members.keys.enumerated().first { $0.element == name }?.offset
        }
        value = value?[name]
        return position ?? Int.max
      case .index(let index):
        value = value?.array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        return index
      }
    }
  }
}
