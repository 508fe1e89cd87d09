// SPDX-License-Identifier: Apache-2.0

import JSON

/// Writes values as YAML: block style, two spaces a level, sequences not indented further than the key above them,
/// text of several lines as a literal block, no line ever folded. The same value gives the same text.
///
/// Text is quoted exactly when it would mean something else without, here or to another reader of YAML 1.1.
/// What ``YAMLDecoder`` reads back equals what was written. Infinity and NaN, which JSON lacks, become null.
public enum YAMLEncoder {
  /// The text of one document, without a `---` before it, with a newline at its end.
  public static func text(_ value: JSONValue, order: MemberOrder = .canonical) -> String {
    text(documents: [value], order: order)
  }

  /// The text of several documents with `---` between them; empty if there are none.
  public static func text(documents: [JSONValue], order: MemberOrder = .canonical) -> String {
    var writer = EventWriter()
    for (index, document) in documents.enumerated() {
      writer.startDocument(marked: index > 0)
      write(document, order, isRoot: true, to: &writer)
      writer.endDocument()
    }
    return writer.finish()
  }

  private static func write(_ value: JSONValue, _ order: MemberOrder, isRoot: Bool, to writer: inout EventWriter) {
    switch value {
    case .null: writer.scalar("null", .plain)
    case .bool(let value): writer.scalar(value ? "true" : "false", .plain)
    case .integer(let value): writer.scalar(String(value), .plain)
    case .double(let value): writer.scalar(number(value), .plain)
    case .string(let text): writer.scalar(text, ScalarStyle(text, mayBeBlock: !isRoot))
    case .array(let elements):
      writer.startSequence()
      for element in elements { write(element, order, isRoot: false, to: &writer) }
      writer.endSequence()
    case .object(let object):
      writer.startMapping()
      for (key, member) in order.members(of: object) {
        writer.scalar(key, ScalarStyle(key, mayBeBlock: false))
        write(member, order, isRoot: false, to: &writer)
      }
      writer.endMapping()
    }
  }

  /// The shortest text that reads back as this double. YAML 1.1 wants a point in front of an exponent.
  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    let text = "\(value)"
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }
}

extension YAMLEncoder {
  /// The order of the members of objects.
  public enum MemberOrder: Sendable {
    /// As they stand in the value.
    case asGiven
    /// Sorted by the bytes of their names.
    case canonical
    /// For people: in every Kubernetes object `apiVersion`, `kind` and `metadata` first and `status` last, all other
    /// members sorted by the bytes of their names.
    case kubernetes

    func members(of object: JSONObject) -> [(key: String, value: JSONValue)] {
      switch self {
      case .asGiven: Array(object)
      case .canonical: object.sortedByName()
      case .kubernetes: Self.isKubernetesObject(object) ? Self.headFirst(object) : object.sortedByName()
      }
    }

    private static func isKubernetesObject(_ object: JSONObject) -> Bool {
      object["apiVersion"] != nil && object["kind"] != nil
    }

    private static func headFirst(_ object: JSONObject) -> [(key: String, value: JSONValue)] {
      let head = ["apiVersion", "kind", "metadata"]
      let tail = ["status"]
      let rest = object.sortedByName().filter { !head.contains($0.key) && !tail.contains($0.key) }
      func present(_ keys: [String]) -> [(key: String, value: JSONValue)] {
        keys.compactMap { key in object[key].map { (key, $0) } }
      }
      return present(head) + rest + present(tail)
    }
  }
}
