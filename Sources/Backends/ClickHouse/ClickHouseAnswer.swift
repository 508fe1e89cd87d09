// SPDX-License-Identifier: Apache-2.0

import CleanText
import HTTPTransport
import JSON

/// What came back for one statement.
enum ClickHouseAnswer {
  /// Rows as objects; none for a statement that yields none.
  case rows([JSONValue])
  /// ClickHouse refused it.
  case exception(ClickHouseException)
  /// HTTP spoken to the native port.
  case nativePort
  /// Something in between, or in front, cannot serve now.
  case busy(String)
  /// Not an answer of ClickHouse.
  case foreign(String)

  /// What the native port answers, in every release (`TCPHandler`).
  private static let nativePortMark = "clickhouse-client program"

  /// Reads a response. `secrets` are taken out of whatever is quoted.
  init(status: Int, header: (String) -> String?, body: [UInt8], secrets: [String]) {
    let text = String(decoding: body, as: UTF8.self)
    let shown = Self.without(secrets, text)
    let code = header("X-ClickHouse-Exception-Code")
    if status != 200 {
      if let exception = ClickHouseException(header: code, text: shown) {
        self = .exception(exception)
      } else if text.contains(Self.nativePortMark) {
        self = .nativePort
      } else {
        let answered = Self.excerpt(status, body.count, shown)
        self = [429, 502, 503, 504].contains(status) ? .busy(answered) : .foreign(answered)
      }
      return
    }
    self = Self.rows(of: body, shown: shown, code: code)
  }

  /// The rows of a 200, unless an error follows them or stands in their place: a server that had begun to answer reports
  /// an error only in the body.
  private static func rows(of body: [UInt8], shown: String, code: String?) -> ClickHouseAnswer {
    var rows: [JSONValue] = []
    for line in body.split(separator: UInt8(ascii: "\n")) where !line.allSatisfy({ $0 <= 0x20 }) {
      if line.first == UInt8(ascii: "{"), let row = try? JSONParser.parse(line), row.object != nil {
        rows.append(row)
        continue
      }
      if let exception = ClickHouseException(header: code, text: shown, isTail: true) { return .exception(exception) }
      return shown.contains(nativePortMark) ? .nativePort : .foreign(excerpt(200, body.count, shown))
    }
    if let code, let exception = ClickHouseException(header: code, text: shown, isTail: true) {
      return .exception(exception)
    }
    return .rows(rows)
  }

  /// The status and the start of what an error says. The body of a success is never quoted: the address may lead to
  /// something that answers with secrets.
  private static func excerpt(_ status: Int, _ count: Int, _ text: String) -> String {
    guard status >= 400 else { return "status \(status) with a body of \(count) bytes, which is not shown" }
    let start = String(text.prefix(4096)).cleaned(bytes: 80)
    return start.isEmpty ? "status \(status)" : "status \(status), \"\(start)\""
  }

  private static func without(_ secrets: [String], _ text: String) -> String {
    secrets.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: "(redacted)") }
  }
}
