// SPDX-License-Identifier: Apache-2.0

import JSON

/// The tags of YAML's core types; `!!int` in a text is `tag:yaml.org,2002:int` in full.
enum Tag {
  static let prefix = "tag:yaml.org,2002:"

  static func short(_ tag: String) -> String {
    tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
  }

  static func unknown(_ tag: String, at mark: Mark) -> YAMLError {
    YAMLError("tag \(short(tag)) is not supported here; remove it", at: mark)
  }
}

extension Event.Scalar {
  /// `<<` as a key, unless it is quoted.
  var isMergeKey: Bool {
    text == "<<" && (properties.tag == nil ? isPlain : properties.tag == Tag.prefix + "merge")
  }

  /// What the scalar means. Its tag decides; without one a quoted scalar is text and a plain one is resolved.
  func value(at mark: Mark) throws(YAMLError) -> JSONValue {
    guard let tag = properties.tag else {
      return isPlain ? try value(PlainScalar(text), at: mark) : .string(text)
    }
    let meaning = PlainScalar(text)
    switch (Tag.short(tag), meaning) {
    // A bare "!" asks for text by the YAML specification; go-yaml overlooks it.
    case ("!", _), ("!!str", _): return .string(text)
    case ("!!null", .null), ("!!bool", .bool), ("!!int", .integer), ("!!int", .bigInteger), ("!!float", .double),
      ("!!float", .bigInteger), ("!!float", .notFinite):
      return try value(meaning, at: mark)
    case ("!!float", .integer(let number)): return .double(Double(number))
    case ("!!null", _), ("!!bool", _), ("!!int", _), ("!!float", _):
      throw YAMLError("\"\(text)\" is not a \(Tag.short(tag))", at: mark)
    default: throw Tag.unknown(tag, at: mark)
    }
  }

  private func value(_ meaning: PlainScalar, at mark: Mark) throws(YAMLError) -> JSONValue {
    switch meaning {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .bigInteger(let value), .double(let value): .double(value)
    case .text, .ambiguousText: .string(text)
    case .notFinite: throw YAMLError("\(text) has no place in JSON; quote it if it is text", at: mark)
    }
  }
}
