// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Testing
import YAML

/// Files of the repository that tests compare with.
enum Repository {
  static func text(_ path: String) throws -> String {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let file = try #require(fopen("\(root)/\(path)", "r"), "cannot open \(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return try #require(String(validating: bytes, as: UTF8.self))
  }

  static func yaml(_ path: String) throws -> JSONValue { try YAMLDecoder.document(try text(path)) }
}

/// An object of the kind with this specification.
func object(_ spec: JSONValue, name: String = "platform") -> JSONValue {
  [
    "apiVersion": "observability.cozystack.io/v1alpha1", "kind": "Observability", "metadata": ["name": .string(name)],
    "spec": spec,
  ]
}
