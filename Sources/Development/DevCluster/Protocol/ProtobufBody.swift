// SPDX-License-Identifier: Apache-2.0

import JSON

/// Reads the bodies that kubectl and Helm send as protobuf: those of `kubectl create <kind>`, `expose` and `auth`, and of
/// Helm's releases, which are Secrets. All other clients and commands send JSON.
///
/// The envelope is that of `k8s.io/apimachinery/pkg/runtime/serializer/protobuf`.
struct ProtobufBody {
  /// Why a body cannot be read.
  struct Failure: Error {
    var message: String
  }

  /// How deep messages may nest.
  private static let maximumDepth = 32

  private var bytes: ArraySlice<UInt8>

  /// The object in the body.
  ///
  /// - Throws: ``Failure`` for a broken body, a kind that is not known here, or a field that is not.
  static func object(_ body: [UInt8]) throws(Failure) -> JSONValue {
    guard body.starts(with: Array("k8s\0".utf8)) else { throw Failure(message: "the protobuf envelope is missing") }
    let envelope = try read(body.dropFirst(4), "Unknown", depth: 0)
    let kind = envelope[path: "typeMeta", "kind"]?.string ?? ""
    guard isObject(kind) || kind == "DeleteOptions" else {
      throw Failure(message: "protobuf is not understood for \(kind); send JSON, as kubectl apply does")
    }
    let raw = envelope["raw"]?.string.flatMap { Base64.decoded($0) } ?? []
    var object = try read(Array(raw)[...], kind, depth: 0)
    object["apiVersion"] = envelope[path: "typeMeta", "apiVersion"]
    object["kind"] = .string(kind)
    return object
  }

  private static func isObject(_ kind: String) -> Bool {
    guard case .named("metadata", _, _)? = ProtobufMessages.all[kind]?[1] else { return false }
    return true
  }

  private static func read(
    _ bytes: ArraySlice<UInt8>, _ message: String, depth: Int
  ) throws(Failure) -> JSONValue {
    guard depth <= maximumDepth else { throw Failure(message: "the protobuf body nests too deep") }
    let fields = ProtobufMessages.all[message] ?? [:]
    var reader = ProtobufBody(bytes: bytes)
    var result: JSONValue = [:]
    while !reader.bytes.isEmpty {
      let tag = try reader.number()
      let content = try reader.content(wire: tag & 7)
      guard let field = fields[tag >> 3] else {
        // Go writes members without a value too; what has one must not be lost.
        if content.isZero { continue }
        throw Failure(
          message: "protobuf field \(tag >> 3) of \(message) is not understood; send JSON, as kubectl apply does")
      }
      switch field {
      case .ignored: break
      case .inlined(let shape):
        for (name, member) in try value(content, shape, depth: depth).object ?? [:] { result[name] = member }
      case .named(let name, let shape, let isPointer):
        if content.isZero, !isPointer, !shape.isRepeated { continue }
        try put(content, shape, as: name, into: &result, depth: depth)
      }
    }
    return result
  }

  private static func put(
    _ content: Content, _ shape: ProtobufMessages.Shape, as name: String, into result: inout JSONValue, depth: Int
  ) throws(Failure) {
    switch shape {
    case .list(let element):
      result[name] = .array((result[name]?.array ?? []) + [try value(content, element, depth: depth)])
    case .map(let element):
      let entry = try value(content, .message(element == .bytes ? "BytesEntry" : "TextEntry"), depth: depth)
      var map = result[name] ?? [:]
      map[entry["key"]?.string ?? ""] = entry["value"] ?? ""
      result[name] = map
    default: result[name] = try value(content, shape, depth: depth)
    }
  }

  private static func value(
    _ content: Content, _ shape: ProtobufMessages.Shape, depth: Int
  ) throws(Failure) -> JSONValue {
    switch (shape, content) {
    case (.text, .bytes(let bytes)): return .string(String(decoding: bytes, as: UTF8.self))
    case (.bytes, .bytes(let bytes)): return .string(Base64.encoded(bytes))
    case (.number, .number(let number)): return .integer(Int64(bitPattern: number))
    case (.truth, .number(let number)): return .bool(number != 0)
    case (.intOrText, .bytes(let bytes)):
      let either = try read(bytes, "IntOrString", depth: depth + 1)
      return either["type"] == 1 ? either["text"] ?? "" : either["number"] ?? 0
    case (.message(let name), .bytes(let bytes)): return try read(bytes, name, depth: depth + 1)
    default: throw Failure(message: "the protobuf body has a field of the wrong wire type")
    }
  }

  /// What follows a tag.
  private enum Content {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)

    var isZero: Bool {
      switch self {
      case .number(let number): number == 0
      case .bytes(let bytes): bytes.isEmpty
      }
    }
  }

  /// A number of variable length.
  private mutating func number() throws(Failure) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { break }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw Failure(message: "the protobuf body ends in the middle of a number")
  }

  private mutating func content(wire: UInt64) throws(Failure) -> Content {
    switch wire {
    case 0: return .number(try number())
    case 2:
      let length = try number()
      guard length <= UInt64(bytes.count) else {
        throw Failure(message: "the protobuf body ends in the middle of a field")
      }
      defer { bytes = bytes.dropFirst(Int(length)) }
      return .bytes(bytes.prefix(Int(length)))
    default: throw Failure(message: "the protobuf body has a field of wire type \(wire)")
    }
  }
}
