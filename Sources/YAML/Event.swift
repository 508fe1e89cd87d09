// SPDX-License-Identifier: Apache-2.0

import CYAML

/// What libyaml saw next in the text.
struct Event {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd, sequenceEnd, mappingEnd
    case alias(String)
    case scalar(Scalar)
    case sequenceStart(Properties)
    case mappingStart(Properties)
  }

  /// The anchor and the tag that stand before a node.
  struct Properties {
    let anchor: String?
    let tag: String?
  }

  struct Scalar {
    let properties: Properties
    let text: String
    let isPlain: Bool

    /// Whether there is nothing at all in the text.
    var isAbsent: Bool { text.isEmpty && isPlain && properties.anchor == nil && properties.tag == nil }
  }

  let kind: Kind
  let mark: Mark

  /// Copies what the event holds.
  init(_ event: yaml_event_t) {
    mark = Mark(event.start_mark)
    switch event.type {
    case YAML_ALIAS_EVENT:
      kind = .alias(String(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      kind = .scalar(
        Scalar(
          properties: Properties(anchor: String(scalar.anchor), tag: String(scalar.tag)),
          text: String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self),
          isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE))
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      kind = .sequenceStart(Properties(anchor: String(start.anchor), tag: String(start.tag)))
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      kind = .mappingStart(Properties(anchor: String(start.anchor), tag: String(start.tag)))
    case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
    case YAML_STREAM_START_EVENT: kind = .streamStart
    default: kind = .streamEnd
    }
  }
}

extension Mark {
  /// libyaml counts from 0.
  init(_ mark: yaml_mark_t) {
    self.init(line: mark.line + 1, column: mark.column + 1)
  }
}

extension String {
  /// A text of libyaml's, which has checked that it is UTF-8; nil if there is none.
  fileprivate init?(_ text: UnsafeMutablePointer<yaml_char_t>?) {
    guard let text else { return nil }
    self.init(cString: text)
  }
}
