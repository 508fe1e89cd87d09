// SPDX-License-Identifier: Apache-2.0

/// One step from a value to a part of it.
public enum PathComponent: Hashable, Sendable {
  /// A member named by the schema.
  case field(String)
  /// A member named by the user.
  case key(String)
  /// An item of a list, counted from 0.
  case index(Int)
}

/// One thing that is wrong with an object.
public struct FieldError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where it is wrong.
  public let path: [PathComponent]
  /// What is wrong and, where it is not plain, the remedy.
  public let message: String

  /// A fault at a place.
  public init(path: [PathComponent], message: String) {
    self.path = path
    self.message = message
  }

  /// The place as Kubernetes writes it: `spec.nodeAgent.env[2].name`.
  public var field: String {
    var text = ""
    for component in path {
      switch component {
      case .field(let name): text += text.isEmpty ? name : ".\(name)"
      case .key(let name): text += "[\(name)]"
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }

  /// The place and the fault: `spec.metrics.interval: expected a duration such as "15s", found a number`.
  public var description: String { path.isEmpty ? message : "\(field): \(message)" }
}

/// Why an object is not one that the operator can act on: everything that is wrong, in the order of the document.
public struct InvalidObservability: Error, Hashable, Sendable, CustomStringConvertible {
  /// The most faults that ``description`` spells out.
  static let shown = 16

  /// The faults; never empty.
  public let failures: [FieldError]

  init(_ failures: [FieldError]) {
    self.failures = failures
  }

  /// Whether a field is not known here at all.
  public var namesUnknownField: Bool { failures.contains { $0.message.hasPrefix(Self.unknownField) } }

  /// How the message about such a field begins.
  static let unknownField = "unknown field"

  /// The faults on one line, the first 16 spelled out and the rest counted.
  public var description: String {
    let text = failures.prefix(Self.shown).map(\.description).joined(separator: "; ")
    return failures.count > Self.shown ? "\(text); and \(failures.count - Self.shown) more" : text
  }
}
