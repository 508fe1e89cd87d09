// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Testing

/// One exchange recorded from a real API server.
struct Recording: Sendable, CustomTestStringConvertible {
  let step: String
  let method: String
  let path: String
  let isApply: Bool
  let isMergePatch: Bool
  let body: JSONValue
  let status: Int64
  let warning: String?
  let answer: JSONValue

  var testDescription: String { step }

  /// The exchanges of a file in the folder `Recordings`, in order.
  static func load(_ name: String) throws -> [Recording] {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let text = try contents("/\(folder)/Recordings/\(name).jsonl")
    return try text.split(separator: UInt8(ascii: "\n")).map { line in
      let value = try JSONParser.parse(line)
      let request = try #require(value["request"])
      let response = try #require(value["response"])
      return Recording(
        step: try #require(value["step"]?.string), method: try #require(request["method"]?.string),
        path: try #require(request["path"]?.string), isApply: request["apply"] == true,
        isMergePatch: request["merge"] == true, body: try #require(request["body"]),
        status: try #require(response["status"]?.integer), warning: response["warning"]?.string,
        answer: try #require(response["body"]))
    }
  }

  private static func contents(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"), "cannot open \(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
  }
}

extension Recording {
  /// The parts of the path that matter: where the object is, and the parameters of the query.
  var target: (object: String, subresource: String?, query: [String: String]) {
    let halves = path.split(separator: "?", maxSplits: 1).map(String.init)
    var query: [String: String] = [:]
    for pair in halves.count > 1 ? halves[1].split(separator: "&") : [] {
      let sides = pair.split(separator: "=", maxSplits: 1).map(String.init)
      query[sides[0]] = sides.count > 1 ? sides[1] : ""
    }
    guard halves[0].hasSuffix("/status") else { return (halves[0], nil, query) }
    return (String(halves[0].dropLast("/status".count)), "status", query)
  }
}
