// SPDX-License-Identifier: Apache-2.0

import CleanText
import HTTPTransport
import JSON
import KubernetesCore

/// One answer of a Coroot server, read to its end.
struct CorootAnswer {
  let status: Int
  let contentType: String
  let body: [UInt8]
  /// The value of the session cookie that it sets, without the cookie's attributes; nil for none.
  let session: CorootSecret?

  init(_ response: HTTPResponse, body: [UInt8]) {
    status = response.status
    contentType = response.header("Content-Type") ?? ""
    self.body = body
    session = response.headers.lazy.compactMap(Self.session).first
  }

  /// Whether it is the UI's page: what Coroot answers to unknown paths and wrong methods, with 200.
  var isPage: Bool { contentType.hasPrefix("text/html") }

  /// The text without the line break that Go's `http.Error` ends it with.
  var text: String {
    let text = String(decoding: body.prefix(8192), as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// The object of a 200; nil for anything else.
  func object(_ projection: JSONProjection = .everything) -> JSONValue? {
    guard status == 200, contentType.hasPrefix("application/json"),
      let value = try? JSONParser.parse(body, projection: projection), value.object != nil
    else { return nil }
    return value
  }

  /// Whether it is that of a write that succeeded: 200, an empty body.
  var isDone: Bool { status == 200 && body.isEmpty }

  /// Status and start of an error. The body of a success is not quoted: the address may lead to something that answers
  /// with secrets.
  func excerpt(_ redaction: CorootRedaction) -> String {
    guard status >= 400 else {
      let kind = isPage ? "an HTML page" : "a body of \(body.count) bytes, which is not shown"
      return "status \(status) with \(kind)"
    }
    let start = isPage ? "an HTML page" : redaction.cleaned(text)
    return start.isEmpty ? "status \(status)" : "status \(status), \(start)"
  }

  /// The value ends at the first semicolon; the `=` in it are padding of Base64 (Coroot's `api/auth.go`).
  private static func session(_ field: HTTPField) -> CorootSecret? {
    let name = "coroot_session="
    guard field.name.lowercased() == "set-cookie", field.value.hasPrefix(name) else { return nil }
    let value = field.value.dropFirst(name.count).prefix { $0 != ";" }
    return value.isEmpty ? nil : CorootSecret(String(value))
  }
}

/// Takes secrets out of texts of the server, and makes them fit to be shown.
///
/// Errors of Go's HTTP client and of ClickHouse's driver name URLs, users and statements: a login may stand in any of them,
/// also one that another client stored.
struct CorootRedaction {
  /// The longest text that is shown, in bytes.
  static let limit = 256
  private static let mark = "(redacted)"

  private var forms: [String]

  init(_ secrets: [CorootSecret]) {
    forms = []
    for secret in secrets { add(secret) }
  }

  /// Takes out one more, as it is, percent-encoded as in a URL, and as JSON and Go quote it.
  mutating func add(_ secret: CorootSecret) {
    let quoted = String(JSONWriter.text(.string(secret.text)).dropFirst().dropLast())
    forms += [secret.text, PercentEncoding.encode(secret.text), quoted].filter { !$0.isEmpty }
    // A secret may be part of a longer one, which must go first.
    forms = Set(forms).sorted { $0.utf8.count > $1.utf8.count }
  }

  /// Takes out a login, also as HTTP's Basic scheme sends it.
  mutating func add(login: BasicCredentials) {
    add(CorootSecret(login.password))
    add(CorootSecret(Base64.encode("\(login.username):\(login.password)".utf8)))
  }

  /// The text on one line, cut, without secrets.
  func cleaned(_ text: String) -> String {
    Self.withoutLogins(forms.reduce(text) { $0.replacing($1, with: Self.mark) }).cleaned(bytes: Self.limit)
  }

  /// The text with every login of a URL taken out: what stands between `://` and the last `@` before the URL ends.
  private static func withoutLogins(_ text: String) -> String {
    var parts = text.split(separator: "://", omittingEmptySubsequences: false).map(String.init)
    for index in parts.indices.dropFirst() {
      let end = parts[index].firstIndex { $0.isWhitespace || "\"'<>`".contains($0) } ?? parts[index].endIndex
      guard let at = parts[index][..<end].lastIndex(of: "@") else { continue }
      parts[index] = mark + parts[index][at...]
    }
    return parts.joined(separator: "://")
  }
}
