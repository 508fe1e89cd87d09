// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import JSON
import YAML

/// One way to read a list, and what is kept of it.
struct Decoder: Sendable {
  let name: String
  /// What an object is to take at most, in bytes; nil for those that ours are held against.
  var bytesAim: Int?
  /// Reads the text and returns what must stay in memory, with the number of objects that it holds.
  let decode: @Sendable ([UInt8]) throws -> (held: Any, count: Int)

  static let all: [Decoder] = [
    Decoder(name: "JSONParser, whole", bytesAim: 4096) { try held(JSONParser.parse($0, limits: .list)) },
    Decoder(name: "JSONParser, without managedFields", bytesAim: 2560) {
      try held(
        JSONParser.parse(
          $0, limits: .list, projection: .dropping([["metadata", "managedFields"]]).nested(under: ["items"])))
    },
    Decoder(name: "JSONParser, names and versions only", bytesAim: 512) {
      try held(
        JSONParser.parse(
          $0, limits: .list,
          projection: .keeping([
            ["metadata", "name"], ["metadata", "namespace"], ["metadata", "uid"], ["metadata", "resourceVersion"],
          ]).nested(under: ["items"])))
    },
    Decoder(name: "JSONDecoder, to a struct of six fields") {
      let list = try JSONDecoder().decode(TypedList.self, from: Data($0))
      return (list, list.items.count)
    },
    Decoder(name: "JSONDecoder, to a Codable enum") {
      let list = try JSONDecoder().decode(CodableValue.self, from: Data($0))
      return (list, list.count)
    },
    Decoder(name: "JSONSerialization") {
      let list = try JSONSerialization.jsonObject(with: Data($0))
      return (list, ((list as? [String: Any])?["items"] as? [Any])?.count ?? 0)
    },
  ]

  /// The same list, written as YAML.
  static let yaml = Decoder(name: "YAMLDecoder, whole") {
    let limits = YAMLLimits(bytes: 256 << 20, depth: 64, documents: 1, aliasExpansions: 0)
    return held(try YAMLDecoder.document($0, limits: limits))
  }

  private static func held(_ value: JSONValue) -> (held: Any, count: Int) {
    (value, value["items"]?.array?.count ?? 0)
  }
}

/// A ConfigMap as a program declares it that wants nothing else.
struct TypedList: Decodable {
  struct Item: Decodable {
    struct Metadata: Decodable {
      var name: String
      var namespace: String
      var uid: String
      var resourceVersion: String
      var labels: [String: String]
    }

    var metadata: Metadata
    var data: [String: String]
  }

  var items: [Item]
}

/// The usual recipe for any JSON with `Codable`: each case is tried in turn.
indirect enum CodableValue: Decodable {
  case null
  case bool(Bool)
  case integer(Int64)
  case double(Double)
  case string(String)
  case array([CodableValue])
  case object([String: CodableValue])

  init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .double(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([CodableValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: CodableValue].self))
    }
  }

  /// The number of items, if this is a list.
  var count: Int {
    guard case .object(let members) = self, case .array(let items) = members["items"] else { return 0 }
    return items.count
  }
}
