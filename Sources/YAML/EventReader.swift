// SPDX-License-Identifier: Apache-2.0

import CYAML

/// The events of a text, one after the other. Owns a libyaml parser; the bytes must outlive it.
struct EventReader: ~Copyable {
  /// On the heap, because libyaml keeps a pointer to it in itself.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: UnsafeBufferPointer<UInt8>

  /// - Throws: ``YAMLError`` if the text begins as UTF-16 does, which Kubernetes' tools do not read either.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
    let start = Mark(line: 1, column: 1)
    guard !bytes.starts(with: [0xff, 0xfe]), !bytes.starts(with: [0xfe, 0xff]) else {
      throw YAMLError("the text is UTF-16; save it as UTF-8", at: start)
    }
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw YAMLError("not enough memory", at: start)
    }
    self.parser = parser
    self.bytes = bytes
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event; not to be called again after the end of the stream or an error.
  ///
  /// - Throws: ``YAMLError`` if the text is not YAML.
  func next() throws(YAMLError) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      throw SyntaxProblem(parser.pointee, in: bytes).error
    }
    defer { yaml_event_delete(&event) }
    return Event(event)
  }
}
