// SPDX-License-Identifier: Apache-2.0

import JSON

/// Reads the few bodies that kubectl sends as protobuf: `kubectl create namespace`, `configmap`, `secret`,
/// `serviceaccount`, and `kubectl auth can-i`. All other clients and commands send JSON.
///
/// The envelope is that of `k8s.io/apimachinery/pkg/runtime/serializer/protobuf`, the field numbers those of the
/// `generated.proto` files.
struct ProtobufBody {
  /// What a field of a message holds.
  indirect enum Field: Sendable {
    case text(String)
    case bytes(String)
    case texts(String)
    case textMap(String)
    case bytesMap(String)
    case message(String, [UInt64: Field])
    /// Something that an object to be created does not carry: it is passed over.
    case ignored
  }

  /// Why a body cannot be read.
  struct Failure: Error {
    var message: String
  }

  private var bytes: ArraySlice<UInt8>

  /// The object in the body.
  ///
  /// - Throws: ``Failure`` for a broken body, a kind that is not known here, or a field that is not.
  static func object(_ body: [UInt8]) throws(Failure) -> JSONValue {
    guard body.starts(with: Array("k8s\0".utf8)) else { throw Failure(message: "the protobuf envelope is missing") }
    let envelope = try read(
      body.dropFirst(4),
      [
        1: .message("type", [1: .text("apiVersion"), 2: .text("kind")]), 2: .bytes("raw"), 3: .ignored, 4: .ignored,
      ])
    let kind = envelope[path: "type", "kind"]?.string ?? ""
    guard let fields = kinds[kind] else {
      throw Failure(message: "protobuf is not understood for \(kind); send JSON, as kubectl apply does")
    }
    let raw = envelope["raw"]?.string.flatMap { Base64.decoded($0) } ?? []
    var object = try read(Array(raw)[...], fields)
    object["apiVersion"] = envelope[path: "type", "apiVersion"]
    object["kind"] = .string(kind)
    return object
  }

  private static let metadata = Field.message(
    "metadata",
    [
      1: .text("name"), 2: .text("generateName"), 3: .text("namespace"), 4: .ignored, 5: .text("uid"),
      6: .text("resourceVersion"), 7: .ignored, 8: .ignored, 11: .textMap("labels"), 12: .textMap("annotations"),
      14: .texts("finalizers"),
    ])

  private static let kinds: [String: [UInt64: Field]] = [
    "Namespace": [1: metadata, 2: .ignored, 3: .ignored],
    "ServiceAccount": [1: metadata],
    "ConfigMap": [1: metadata, 2: .textMap("data"), 3: .bytesMap("binaryData")],
    "Secret": [1: metadata, 2: .bytesMap("data"), 3: .text("type"), 4: .textMap("stringData")],
    "SelfSubjectAccessReview": [
      1: .ignored,
      2: .message(
        "spec",
        [
          1: .message(
            "resourceAttributes",
            [
              1: .text("namespace"), 2: .text("verb"), 3: .text("group"), 4: .text("version"), 5: .text("resource"),
              6: .text("subresource"), 7: .text("name"),
            ]), 2: .message("nonResourceAttributes", [1: .text("path"), 2: .text("verb")]),
        ]), 3: .ignored,
    ],
  ]

  private static func read(_ bytes: ArraySlice<UInt8>, _ fields: [UInt64: Field]) throws(Failure) -> JSONValue {
    var reader = ProtobufBody(bytes: bytes)
    var result: JSONValue = [:]
    while !reader.bytes.isEmpty {
      let tag = try reader.number()
      let content = try reader.content(wire: tag & 7)
      guard let field = fields[tag >> 3] else {
        throw Failure(message: "protobuf field \(tag >> 3) is not understood; send JSON, as kubectl apply does")
      }
      try put(content, field, into: &result)
    }
    return result
  }

  private static func put(
    _ content: ArraySlice<UInt8>, _ field: Field, into result: inout JSONValue
  ) throws(Failure) {
    switch field {
    case .ignored: break
    case .text(let name):
      // The encoder writes empty text too; in JSON it is left out.
      if !content.isEmpty { result[name] = .string(String(decoding: content, as: UTF8.self)) }
    case .bytes(let name): result[name] = .string(Base64.encoded(content))
    case .texts(let name):
      result[name] = .array((result[name]?.array ?? []) + [.string(String(decoding: content, as: UTF8.self))])
    case .message(let name, let fields): result[name] = try read(content, fields)
    case .textMap(let name), .bytesMap(let name):
      var isText = false
      if case .textMap = field { isText = true }
      let entry = try read(content, [1: .text("key"), 2: isText ? .text("value") : .bytes("value")])
      var map = result[name] ?? [:]
      map[entry["key"]?.string ?? ""] = entry["value"] ?? ""
      result[name] = map
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

  /// What follows a tag; for numbers, nothing is kept.
  private mutating func content(wire: UInt64) throws(Failure) -> ArraySlice<UInt8> {
    switch wire {
    case 0:
      _ = try number()
      return []
    case 2:
      let length = try number()
      guard length <= UInt64(bytes.count) else {
        throw Failure(message: "the protobuf body ends in the middle of a field")
      }
      defer { bytes = bytes.dropFirst(Int(length)) }
      return bytes.prefix(Int(length))
    default: throw Failure(message: "the protobuf body has a field of wire type \(wire)")
    }
  }
}
