// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// A document with one of its members changed: once null, once absent.
struct MemberVariant: Sendable {
  /// The member's place in the schema: `spec.nodeAgent.env[].value`; `[*]` stands for a name of the user's choice.
  let field: String
  /// Whether the schema demands the member, without a default.
  let isRequired: Bool
  /// The document in which the member is null.
  let withNull: JSONValue
  /// The document without the member.
  let without: JSONValue
}

/// Walks a document and its schema together, so that a test covers each field without a list of its own.
enum MemberVariants {
  /// The variants of every member of `spec` that the document gives, at every depth.
  static func all(of document: JSONValue) -> [MemberVariant] {
    variants(document, ObservabilitySchema.root, "").filter { $0.field.hasPrefix("spec") }
  }

  /// Every member that the schema of `spec` has, as ``MemberVariant/field`` spells it.
  static func fields() -> Set<String> {
    Set(fields(ObservabilitySchema.root, "").filter { $0.hasPrefix("spec") })
  }

  private static func fields(_ schema: Schema, _ path: String) -> [String] {
    switch schema.shape {
    case .object(let properties):
      properties.flatMap { [join(path, $0.name)] + fields($0.schema, join(path, $0.name)) }
    case .map(let values): ["\(path)[*]"] + fields(values, "\(path)[*]")
    case .list(let items, _): fields(items, "\(path)[]")
    default: []
    }
  }

  private static func variants(_ value: JSONValue, _ schema: Schema, _ path: String) -> [MemberVariant] {
    switch (schema.shape, value) {
    case (.object(let properties), .object(let members)):
      return members.flatMap { name, member in
        guard let property = properties.first(where: { $0.name == name }) else { return [MemberVariant]() }
        return variants(
          member, property.schema, of: name, in: members, at: join(path, name), isRequired: property.isRequired)
      }
    case (.map(let values), .object(let members)):
      return members.flatMap {
        variants($0.value, values, of: $0.key, in: members, at: "\(path)[*]", isRequired: false)
      }
    case (.list(let items, _), .array(let elements)):
      return elements.enumerated().flatMap { index, element in
        variants(element, items, "\(path)[]").map { variant in
          variant.inside { value in
            var copy = elements
            copy[index] = value
            return .array(copy)
          }
        }
      }
    case (.anyObject, .object(let members)):
      return members.flatMap { variants($0.value, schema, of: $0.key, in: members, at: "\(path).*", isRequired: false) }
    default: return []
    }
  }

  /// The variants of one member and of what is below it, as variants of the object that holds it.
  private static func variants(
    _ value: JSONValue, _ schema: Schema, of name: String, in members: JSONObject, at path: String, isRequired: Bool
  ) -> [MemberVariant] {
    func object(_ value: JSONValue?) -> JSONValue {
      var copy = members
      copy[name] = value
      return .object(copy)
    }
    let own = MemberVariant(field: path, isRequired: isRequired, withNull: object(.null), without: object(nil))
    return [own] + variants(value, schema, path).map { $0.inside(object) }
  }

  private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

extension MemberVariant {
  fileprivate func inside(_ wrap: (JSONValue) -> JSONValue) -> MemberVariant {
    MemberVariant(field: field, isRequired: isRequired, withNull: wrap(withNull), without: wrap(without))
  }
}

/// What the decoder makes of a document: the object, or its faults in any order.
enum Verdict: Equatable {
  case accepted(Observability)
  case refused(Set<FieldError>)

  init(_ document: JSONValue) {
    do throws(InvalidObservability) {
      self = .accepted(try ObservabilityDecoder.decode(document))
    } catch {
      self = .refused(Set(error.failures))
    }
  }
}
