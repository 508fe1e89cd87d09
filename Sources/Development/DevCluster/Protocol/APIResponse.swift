// SPDX-License-Identifier: Apache-2.0

import JSON

/// The answer to an ``APIRequest``, free of any transport.
public struct APIResponse: Sendable {
  /// What follows the headers.
  public enum Body: Sendable {
    /// A complete body.
    case bytes([UInt8])
    /// The frames of a watch, each one line of JSON.
    case stream(WatchStream)
    /// No answer at all: the connection is to be closed. Only faults ask for this.
    case closeConnection
  }

  /// The HTTP status code.
  public var status: Int
  /// The header fields; length and framing are the transport's.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: Body
  /// After how many bytes of the body the connection breaks, if it does. Only faults ask for this.
  public var cutAfter: Int?

  /// An answer made of its parts.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// An answer with a JSON body.
  public init(status: Int, json: JSONValue, warnings: [String] = []) {
    self.init(
      status: status, headers: [("Content-Type", "application/json")],
      body: .bytes(JSONWriter.bytes(json, order: .asGiven) + [UInt8(ascii: "\n")]))
    headers += warnings.map { ("Warning", "299 - \"\(Self.quoted($0))\"") }
  }

  /// An answer in plain text.
  public init(status: Int, text: String) {
    self.init(
      status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: .bytes(Array(text.utf8)))
  }

  /// The body read as JSON; null if it is none.
  public var json: JSONValue {
    guard case .bytes(let bytes) = body else { return .null }
    return (try? JSONParser.parse(bytes, limits: .list)) ?? .null
  }

  /// The body as text; empty for a stream.
  public var text: String {
    guard case .bytes(let bytes) = body else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The first value of a header field, whatever the case of its name.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The quoted-string of RFC 7234's warn-text.
  private static func quoted(_ text: String) -> String {
    String(text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] })
  }
}

/// The frames of one watch.
public struct WatchStream: Sendable {
  /// The frames, each one line of JSON with its newline; ends when the watch ends.
  public let frames: AsyncStream<[UInt8]>
  /// Ends the watch from the client's side.
  public let cancel: @Sendable () -> Void
}
