// SPDX-License-Identifier: Apache-2.0

/// A body of `POST /v1/traces` or `/v1/logs`, as far as resources go. For both signals field 1 of the request holds the
/// resource spans or logs; in these, 1 is the resource and 2 the scopes, whose field 2 holds the spans or records
/// (`opentelemetry/proto/{trace,logs,resource}/v1`).
public struct OTLPBody: Sendable {
  /// The encoded request.
  public private(set) var bytes: [UInt8]
  /// The number of spans or log records.
  public private(set) var items = 0
  /// The attributes of each resource that are texts.
  public private(set) var resources: [[String: String]] = []

  /// Reads a request.
  ///
  /// - Throws: if the bytes are not a message of that shape.
  public init(_ bytes: [UInt8]) throws { try self.init(bytes, applying: []) }

  /// Reads a request and changes the attributes of its resources.
  init(_ bytes: [UInt8], applying actions: [ResourceAction]) throws {
    self.bytes = []
    for field in try ProtobufFields.all(bytes[...]) {
      guard field.number == 1, let content = field.content else {
        self.bytes += field.encoded
        continue
      }
      self.bytes += ProtobufFields.encoded(1, try group(content, actions)[...])
    }
  }

  /// The spans or logs of one resource.
  private mutating func group(_ bytes: ArraySlice<UInt8>, _ actions: [ResourceAction]) throws -> [UInt8] {
    var resource: ArraySlice<UInt8> = []
    var rest: [UInt8] = []
    for field in try ProtobufFields.all(bytes) {
      if field.number == 1, let content = field.content {
        resource = content
        continue
      }
      if field.number == 2, let scope = field.content {
        items += try ProtobufFields.all(scope).count { $0.number == 2 }
      }
      rest += field.encoded
    }
    return ProtobufFields.encoded(1, try changed(resource, actions)[...]) + rest
  }

  private mutating func changed(_ bytes: ArraySlice<UInt8>, _ actions: [ResourceAction]) throws -> [UInt8] {
    var attributes = ResourceAttributes()
    var rest: [UInt8] = []
    for field in try ProtobufFields.all(bytes) {
      guard field.number == 1, let content = field.content else {
        rest += field.encoded
        continue
      }
      let pair = try ProtobufFields.all(content)
      let key = String(decoding: pair.first { $0.number == 1 }?.content ?? [], as: UTF8.self)
      attributes[key] = .init(encoded: pair.first { $0.number == 2 }?.content ?? [])
    }
    for action in actions { action.apply(to: &attributes) }
    resources.append(
      Dictionary(
        uniqueKeysWithValues: attributes.entries.compactMap { entry in entry.value.text.map { (entry.key, $0) } }))
    return attributes.entries.flatMap { key, value in
      let pair = ProtobufFields.encoded(1, Array(key.utf8)[...]) + ProtobufFields.encoded(2, value.encoded)
      return ProtobufFields.encoded(1, pair[...])
    } + rest
  }
}

/// The fields of a protobuf message, without their meaning (https://protobuf.dev/programming-guides/encoding/).
enum ProtobufFields {
  struct Malformed: Error {}

  struct Field {
    var number: UInt64
    /// What a field of variable length holds.
    var content: ArraySlice<UInt8>?
    /// The whole field, with its tag.
    var encoded: ArraySlice<UInt8>
  }

  static func all(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> [Field] {
    var rest = bytes
    var fields: [Field] = []
    while !rest.isEmpty {
      let start = rest.startIndex
      let tag = try number(&rest)
      var content: ArraySlice<UInt8>?
      switch tag & 7 {
      case 0: _ = try number(&rest)
      case 1: _ = try taken(8, &rest)
      case 2: content = try taken(number(&rest), &rest)
      case 5: _ = try taken(4, &rest)
      default: throw Malformed()
      }
      fields.append(Field(number: tag >> 3, content: content, encoded: bytes[start..<rest.startIndex]))
    }
    return fields
  }

  /// A field of variable length.
  static func encoded(_ number: UInt64, _ content: ArraySlice<UInt8>) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
  }

  private static func taken(_ count: UInt64, _ bytes: inout ArraySlice<UInt8>) throws(Malformed) -> ArraySlice<UInt8> {
    guard count <= UInt64(bytes.count) else { throw Malformed() }
    defer { bytes = bytes.dropFirst(Int(count)) }
    return bytes.prefix(Int(count))
  }

  private static func number(_ bytes: inout ArraySlice<UInt8>) throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { break }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw Malformed()
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (value, bytes) = (value, [UInt8]())
    while value >= 0x80 {
      bytes.append(UInt8(value & 0x7f) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }
}
