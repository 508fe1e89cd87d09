// SPDX-License-Identifier: Apache-2.0

import JSON

/// One request to the API server, free of any transport.
public struct APIRequest: Sendable {
  /// The HTTP method in capitals.
  public var method: String
  /// The path, without the query, percent-decoded a segment at a time when it is read.
  public var path: String
  /// The query parameters, decoded, in their order.
  public var query: [(name: String, value: String)]
  /// The header fields, in their order.
  public var headers: [(name: String, value: String)]
  /// The body; empty if there is none.
  public var body: [UInt8]

  /// A request made of its parts; `target` is a path with or without a query, as it stands in a request line.
  public init(_ method: String, _ target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.method = method
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    self.path = String(parts.first ?? "")
    self.query = parts.count > 1 ? Self.query(parts[1]) : []
    self.headers = headers
    self.body = body
  }

  /// A request with a JSON body; the content type is `application/json` unless the headers name another.
  public init(_ method: String, _ target: String, headers: [(name: String, value: String)] = [], json: JSONValue) {
    self.init(method, target, headers: headers, body: JSONWriter.bytes(json, order: .asGiven))
    if header("content-type") == nil { self.headers.append(("Content-Type", "application/json")) }
  }

  /// The first value of a header field, whatever the case of its name.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The first value of a query parameter.
  public func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// Whether a query parameter is set to something that Go's `strconv.ParseBool` takes for true.
  public func flag(_ name: String) -> Bool {
    guard let value = parameter(name) else { return false }
    return ["1", "t", "T", "true", "TRUE", "True", ""].contains(value)
  }

  private static func query(_ text: Substring) -> [(name: String, value: String)] {
    text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (
        PercentEncoding.decode(parts[0], plusIsSpace: true),
        parts.count > 1 ? PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
      )
    }
  }
}

/// Percent-encoding as RFC 3986 has it.
enum PercentEncoding {
  /// The text with every `%xx` replaced by its byte; a broken escape stays as it is.
  static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
    var bytes: [UInt8] = []
    let source = Array(text.utf8)
    var position = 0
    while position < source.count {
      let byte = source[position]
      if byte == UInt8(ascii: "%"), position + 2 < source.count,
        let value = UInt8(String(decoding: source[position + 1...position + 2], as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        position += 3
      } else {
        bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        position += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
