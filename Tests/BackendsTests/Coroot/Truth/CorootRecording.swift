// SPDX-License-Identifier: Apache-2.0

import CorootStub
import Glibc
import JSON
import Testing

/// One request to a real Coroot 1.24.5, and its answer; placeholders stand for addresses, IDs and secrets.
struct CorootRecording {
  /// What the request is for, unique.
  let id: String
  /// How the server was configured, and what its backends did.
  let state: String
  let method: String
  let path: String
  let headers: [(name: String, value: String)]
  let requestBody: String
  let status: Int
  let answerHeaders: [(name: String, value: String)]
  let body: String
  /// How long the real server took.
  let milliseconds: Int64

  /// All of them, in the order in which they were recorded.
  static func all() throws -> [CorootRecording] {
    let path = "\(#filePath)".split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
    let file = fopen("\(path)/Recordings/coroot-1.24.5.jsonl", "r")
    try #require(file != nil, "no recordings below \(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk.prefix(count) }
    return try bytes.split(separator: UInt8(ascii: "\n")).map { CorootRecording(try JSONParser.parse($0)) }
  }

  private init(_ line: JSONValue) {
    func text(_ value: JSONValue?) -> String { value?.string ?? "" }
    func fields(_ value: JSONValue?) -> [(name: String, value: String)] {
      value?.object?.map { ($0.key, text($0.value)) } ?? []
    }
    id = text(line["id"])
    state = text(line["state"])
    method = text(line[path: "request", "method"])
    path = text(line[path: "request", "path"])
    headers = fields(line[path: "request", "headers"])
    requestBody = text(line[path: "request", "body"])
    status = line[path: "response", "status"]?.integer.map { Int($0) } ?? 0
    answerHeaders = fields(line[path: "response", "headers"])
    body = text(line[path: "response", "body"])
    milliseconds = line["ms"]?.integer ?? 0
  }
}
