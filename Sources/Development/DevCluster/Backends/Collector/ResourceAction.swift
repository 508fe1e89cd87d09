// SPDX-License-Identifier: Apache-2.0

import JSON

/// One step of the `resource` processor (`internal/coreinternal/attraction` of opentelemetry-collector-contrib).
struct ResourceAction: Sendable {
  private enum Step: Sendable {
    case set(Source, replaces: Bool)
    case delete
    /// A group of the expression becomes an attribute of its name; without a match nothing changes.
    case extract(pattern: String)
  }

  private enum Source: Sendable {
    case text(String)
    case attribute(String)
  }

  private let key: String
  private let step: Step

  init(_ settings: inout StrictSettings) throws {
    key = try settings.text("key")
    switch try settings.text("action") {
    case "insert": step = .set(try Self.source(&settings), replaces: false)
    case "upsert": step = .set(try Self.source(&settings), replaces: true)
    case "delete": step = .delete
    case "extract":
      let pattern = try settings.text("pattern")
      guard (try? Regex(pattern)) != nil else {
        throw CollectorSettingsError("\(settings.path).pattern", "is not an expression")
      }
      step = .extract(pattern: pattern)
    case let other: throw CollectorSettingsError("\(settings.path).action", "\(other) is not known to the stand-in")
    }
  }

  private static func source(_ settings: inout StrictSettings) throws -> Source {
    if let attribute = settings.value("from_attribute")?.string { return .attribute(attribute) }
    return .text(try settings.text("value"))
  }

  func apply(to attributes: inout ResourceAttributes) {
    switch step {
    case .delete: attributes[key] = nil
    case .set(let source, let replaces):
      guard replaces || attributes[key] == nil else { return }
      switch source {
      case .text(let text): attributes[key] = .text(text)
      case .attribute(let name): if let value = attributes[name] { attributes[key] = value }
      }
    case .extract(let pattern):
      guard let text = attributes[key]?.text, let match = try? Regex(pattern).firstMatch(in: text) else { return }
      for group in match.output {
        if let name = group.name, let found = group.substring { attributes[name] = .text(String(found)) }
      }
    }
  }
}

/// The attributes of a resource in their order.
struct ResourceAttributes {
  /// A value of an attribute: a message `AnyValue`, encoded.
  struct Value: Hashable {
    var encoded: ArraySlice<UInt8>

    static func text(_ text: String) -> Value {
      Value(encoded: ProtobufFields.encoded(1, Array(text.utf8)[...])[...])
    }

    /// Nil for a value that is not a text.
    var text: String? {
      guard let field = try? ProtobufFields.all(encoded).first, field.number == 1 else { return nil }
      return field.content.map { String(decoding: $0, as: UTF8.self) }
    }
  }

  private(set) var entries: [(key: String, value: Value)] = []

  subscript(key: String) -> Value? {
    get { entries.first { $0.key == key }?.value }
    set {
      guard let index = entries.firstIndex(where: { $0.key == key }) else {
        if let newValue { entries.append((key, newValue)) }
        return
      }
      if let newValue { entries[index].value = newValue } else { entries.remove(at: index) }
    }
  }
}
