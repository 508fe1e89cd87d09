// SPDX-License-Identifier: Apache-2.0

import CYAML

/// Collects the text that libyaml makes of a row of events. Owns a libyaml emitter.
///
/// libyaml fails to emit a well-formed row of events only when memory runs out, which traps here as it does in Swift.
struct EventWriter: ~Copyable {
  /// On the heap, because they point at each other.
  private let emitter: UnsafeMutablePointer<yaml_emitter_t>
  private let output: UnsafeMutablePointer<[UInt8]>

  init() {
    emitter = .allocate(capacity: 1)
    output = .allocate(capacity: 1)
    output.initialize(to: [])
    Self.check(yaml_emitter_initialize(emitter))
    yaml_emitter_set_unicode(emitter, 1)
    yaml_emitter_set_indent(emitter, 2)
    yaml_emitter_set_width(emitter, -1)
    yaml_emitter_set_output(
      emitter,
      { output, bytes, count in
        output?.assumingMemoryBound(to: [UInt8].self).pointee.append(
          contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        return 1
      }, output)
    emit { yaml_stream_start_event_initialize($0, YAML_UTF8_ENCODING) }
  }

  deinit {
    yaml_emitter_delete(emitter)
    emitter.deallocate()
    output.deinitialize(count: 1)
    output.deallocate()
  }

  mutating func startDocument(marked: Bool) {
    emit { yaml_document_start_event_initialize($0, nil, nil, nil, marked ? 0 : 1) }
  }

  mutating func endDocument() {
    emit { yaml_document_end_event_initialize($0, 1) }
  }

  mutating func startSequence() {
    emit { yaml_sequence_start_event_initialize($0, nil, nil, 1, YAML_BLOCK_SEQUENCE_STYLE) }
  }

  mutating func endSequence() {
    emit { yaml_sequence_end_event_initialize($0) }
  }

  mutating func startMapping() {
    emit { yaml_mapping_start_event_initialize($0, nil, nil, 1, YAML_BLOCK_MAPPING_STYLE) }
  }

  mutating func endMapping() {
    emit { yaml_mapping_end_event_initialize($0) }
  }

  mutating func scalar(_ text: String, _ style: ScalarStyle) {
    let style =
      switch style {
      case .plain: YAML_PLAIN_SCALAR_STYLE
      case .doubleQuoted: YAML_DOUBLE_QUOTED_SCALAR_STYLE
      case .literal: YAML_LITERAL_SCALAR_STYLE
      }
    // libyaml copies the text; it does not write to it.
    var bytes = Array(text.utf8) + [0]
    let count = Int32(bytes.count - 1)
    emit { yaml_scalar_event_initialize($0, nil, nil, &bytes, count, 1, 1, style) }
  }

  /// Everything written.
  consuming func finish() -> String {
    emit { yaml_stream_end_event_initialize($0) }
    Self.check(yaml_emitter_flush(emitter))
    return String(decoding: output.pointee, as: UTF8.self)
  }

  private func emit(_ initialize: (UnsafeMutablePointer<yaml_event_t>) -> Int32) {
    var event = yaml_event_t()
    Self.check(initialize(&event))
    Self.check(yaml_emitter_emit(emitter, &event))
  }

  private static func check(_ result: Int32) {
    precondition(result == 1, "libyaml ran out of memory")
  }
}
