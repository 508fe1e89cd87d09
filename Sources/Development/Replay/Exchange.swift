// SPDX-License-Identifier: Apache-2.0

import JSON

/// One exchange recorded from a real kube-apiserver.
public struct Exchange: Sendable {
  /// What follows the head of a recorded answer.
  enum Answer: Sendable {
    case body(JSONValue)
    case text(String)
    case frames([JSONValue])
  }

  /// The recording's file, without its ending.
  public let topic: String
  /// What the exchange shows; no two of one topic have the same.
  public let step: String
  let method: String
  let path: String
  let headers: [(name: String, value: String)]
  /// An object, or the text of a body that is none; null for no body.
  let body: JSONValue
  let status: Int
  let contentType: String?
  let warning: String?
  let answer: Answer

  /// Whether the request is a watch.
  var isWatch: Bool { if case .frames = answer { true } else { false } }

  /// Reads one line of a recording.
  ///
  /// - Throws: ``ReplayError`` for a line that is no exchange.
  init(topic: String, line: some Collection<UInt8>) throws {
    let value = try JSONParser.parse(Array(line))
    guard let step = value["step"]?.string, let request = value["request"], let response = value["response"],
      let method = request["method"]?.string, let path = request["path"]?.string,
      let status = response["status"]?.integer
    else {
      throw ReplayError("\(topic): no exchange: \(String(decoding: line, as: UTF8.self).prefix(80))")
    }
    self.topic = topic
    self.step = step
    self.method = method
    self.path = path
    self.status = Int(status)
    let fields = request["headers"]?.object ?? ["Accept": "application/json", "Content-Type": "application/json"]
    headers = fields.sortedByName().map { ($0.key, $0.value.string ?? "") }
    body = request["body"] ?? .null
    contentType = response[path: "headers", "content-type"]?.string
    warning = response[path: "headers", "warning"]?.string
    if let frames = response["frames"]?.array {
      answer = .frames(frames)
    } else if let text = response["body"]?.string {
      answer = .text(text)
    } else {
      answer = .body(response["body"] ?? .null)
    }
  }

  /// The recorded exchanges, in the order in which they were made.
  ///
  /// - Throws: ``ReplayError`` if a file is missing or broken.
  public static func recorded() throws -> [Exchange] {
    var exchanges: [Exchange] = []
    for topic in topics {
      let text = try ConformanceFiles.bytes("Recordings/\(topic).jsonl")
      for line in text.split(separator: UInt8(ascii: "\n")) {
        exchanges.append(try Exchange(topic: topic, line: line))
      }
    }
    return exchanges
  }

  private static let topics = [
    "01-discovery", "02-custom-resources", "03-server-side-apply", "04-watch", "05-deletion", "06-leases-and-events",
    "07-errors", "08-children-and-defaults", "09-schema-validation", "10-own-resource", "11-workloads",
  ]

  /// The recorded servers by topic: 01 to 08 were recorded from one, 09 to 11 from another.
  var server: Int { topic < "09" ? 1 : 2 }
}

/// Why the recordings cannot be replayed.
public struct ReplayError: Error, CustomStringConvertible {
  /// What is wrong, with the file.
  public let description: String

  init(_ description: String) { self.description = description }
}
