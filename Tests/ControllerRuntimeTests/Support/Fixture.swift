// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import KubernetesCore
import Testing

/// What a real API server was asked to apply, and what it answered.
struct AppliedPair: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let desired: KubernetesObject
  let live: KubernetesObject

  init(_ json: JSONValue) throws {
    testDescription = json["step"]?.string ?? ""
    desired = KubernetesObject(json["desired"]?.object ?? [:])
    live = KubernetesObject(json["live"]?.object ?? [:])
  }

  /// The pairs of a file with one of them a line.
  static func lines(_ name: String) throws -> [AppliedPair] {
    try read(name).split(separator: UInt8(ascii: "\n")).map { try AppliedPair(JSONParser.parse($0)) }
  }

  /// The pair of a file that holds just one.
  static func one(_ name: String) throws -> AppliedPair {
    try AppliedPair(JSONParser.parse(read(name)))
  }

  private static func read(_ name: String) throws -> [UInt8] {
    let folder = "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/")
    guard let file = fopen("/\(folder)/Fixtures/\(name)", "r") else { throw FixtureError(name: name) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
  }

  private struct FixtureError: Error {
    let name: String
  }
}
