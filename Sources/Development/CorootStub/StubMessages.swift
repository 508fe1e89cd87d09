// SPDX-License-Identifier: Apache-2.0

import JSON

/// A request to the stub.
public struct StubRequest: Sendable {
  /// The method, in capitals.
  public var method: String
  /// The path, without a query.
  public var path: String
  /// The header fields, in order.
  public var headers: [(name: String, value: String)]
  /// The body; empty for none.
  public var body: [UInt8]

  /// A request made of its parts. What follows a question mark in the target is dropped: no route reads it.
  public init(_ method: String, _ target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.method = method
    path = String(target.prefix { $0 != "?" })
    self.headers = headers
    self.body = body
  }

  /// The first field of that name, compared without regard to case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The value of the session cookie, if one is sent.
  var session: String? {
    header("Cookie")?.split(separator: ";").lazy.map { $0.drop { $0 == " " } }
      .first { $0.hasPrefix("coroot_session=") }.map { String($0.dropFirst("coroot_session=".count)) }
  }

  /// The body as an object with lower-case names, as Go's decoder compares them; nil if it is none.
  var form: JSONObject? {
    guard let object = (try? JSONParser.parse(body))?.object else { return nil }
    return JSONObject(object.map { ($0.key.lowercased(), $0.value) })
  }
}

/// An answer of the stub.
public struct StubResponse: Sendable {
  /// The status code.
  public var status: Int
  /// The header fields, without Content-Length and Date.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: [UInt8]
  /// How long the real server takes for it because a backend hangs. Nothing here sleeps: a transport compares it with the
  /// request's deadline.
  public var delay: Duration = .zero

  /// An answer made of its parts.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The body as text.
  public var text: String { String(decoding: body, as: UTF8.self) }

  /// A write that succeeded, and a few reads of nothing.
  static let done = StubResponse(status: 200)

  /// The UI, which stands for every unknown path and wrong method.
  static let page = StubResponse(
    status: 200, headers: [("Content-Type", "text/html; charset=utf-8")],
    body: Array("<!doctype html><title>Coroot</title>\n".utf8))

  /// What Go's `http.Error` makes.
  static func error(_ status: Int, _ text: String = "") -> StubResponse {
    StubResponse(
      status: status,
      headers: [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")],
      body: Array((text + "\n").utf8))
  }

  /// What Go's JSON encoder makes: characters that HTML knows are escaped, and a line break ends it.
  static func json(_ value: JSONValue) -> StubResponse {
    let text = JSONWriter.text(value, order: .asGiven)
      .replacing("<", with: "\\u003c").replacing(">", with: "\\u003e").replacing("&", with: "\\u0026")
    return StubResponse(status: 200, headers: [("Content-Type", "application/json")], body: Array((text + "\n").utf8))
  }

  func delayed(_ delay: Duration) -> StubResponse {
    var copy = self
    copy.delay = delay
    return copy
  }
}
