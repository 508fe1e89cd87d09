// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Testing
import YAML

/// Files of the repository that tests compare with.
enum Repository {
  private static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

  /// Every file below a folder, by its path from the root; none if there is no such folder. Hidden ones do not count.
  static func files(below folder: String) -> [String] {
    guard let stream = opendir("\(root)/\(folder)") else { return [] }
    defer { closedir(stream) }
    var paths: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard !name.hasPrefix(".") else { continue }
      let path = "\(folder)/\(name)"
      paths += Int32(entry.pointee.d_type) == Int32(DT_DIR) ? files(below: path) : [path]
    }
    return paths.sorted()
  }

  static func text(_ path: String) throws -> String {
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
