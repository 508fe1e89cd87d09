// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Backends

@Suite struct ClickHouseExceptionTests {
  @Test(
    "A code has its class whatever the status",
    arguments: [
      (.authentication, [192, 193, 194, 195, 516]), (.databaseMissing, [81]), (.privilege, [164, 291, 497]),
      (.statement, [36, 46, 47, 50, 60, 62, 115]), (.keeper, [49, 139, 225, 999]), (.cluster, [170, 701]),
      (.readOnly, [242]), (.diskFull, [243]), (.transient, [159, 202, 209, 210, 241, 252]),
      (.other, [0, 1, 395, 9999]),
    ] as [(ClickHouseException.Class, [Int])])
  func classes(_ kind: ClickHouseException.Class, _ codes: [Int]) {
    for code in codes { #expect(ClickHouseException(code: code, message: "").kind == kind, "\(code)") }
  }

  @Test("The words of both ages are read without what ClickHouse puts around them")
  func readsWords() {
    let old = ClickHouseException(
      header: nil,
      text: "Code: 193, e.displayText() = DB::Exception: Wrong password for user w, e.what() = DB::Exception\n")
    #expect(old?.code == 193 && old?.message == "Wrong password for user w")
    let new = ClickHouseException(
      header: "497",
      text: "Code: 497. DB::Exception: otel: Not enough privileges. To execute this query, it's necessary to have the "
        + "grant INSERT(x, y) ON otel.otel_logs. (ACCESS_DENIED) (version 24.9.2.42 (official build))\n")
    #expect(new?.code == 497 && new?.grant == "INSERT(x, y) ON otel.otel_logs")
    #expect(new?.message.hasSuffix("(ACCESS_DENIED)") == true, "\(String(describing: new?.message))")
  }

  @Test("The header wins over the body, and a body without a code at its start is no exception")
  func prefersTheHeader() {
    #expect(ClickHouseException(header: "81", text: "anything")?.code == 81)
    #expect(ClickHouseException(header: nil, text: "see Code: 81") == nil)
    #expect(ClickHouseException(header: nil, text: "") == nil)
    #expect(ClickHouseException(header: "x", text: "") == nil)
  }

  @Test("A long or dirty message is cut and cleaned")
  func boundsMessages() {
    let text = "Code: 62. DB::Exception: \u{1b}[31m" + String(repeating: "x", count: 5000)
    let exception = ClickHouseException(header: nil, text: text)
    #expect(exception.map { $0.message.utf8.count <= 200 && !$0.message.contains("\u{1b}") } == true)
  }

  private func answer(_ status: Int, _ body: String, code: String? = nil, secrets: [String] = []) -> ClickHouseAnswer {
    ClickHouseAnswer(
      status: status, header: { $0 == "X-ClickHouse-Exception-Code" ? code : nil }, body: Array(body.utf8),
      secrets: secrets)
  }

  @Test(
    "An error after the first rows of a 200 is an error",
    arguments: [
      "{\"a\":1}\nCode: 241, e.displayText() = DB::Exception: Memory limit, e.what() = DB::Exception",
      "{\"a\":1}\n{\"aCode: 241. DB::Exception: Memory limit (MEMORY_LIMIT_EXCEEDED)",
      "{\"a\":1}\n__exception__\r\nabc\r\nCode: 241. DB::Exception: Memory limit\r\n",
    ])
  func readsTails(_ body: String) {
    guard case .exception(let exception) = answer(200, body) else {
      Issue.record("\(body)")
      return
    }
    #expect(exception.code == 241 && exception.kind == .transient)
  }

  @Test("Rows may hold the words of an error")
  func readsRows() {
    guard case .rows(let rows) = answer(200, #"{"a":"Code: 241. DB::Exception"}"# + "\n\n" + #"{"b":2}"#) else {
      Issue.record("no rows")
      return
    }
    #expect(rows.count == 2)
    guard case .rows(let none) = answer(200, "") else {
      Issue.record("an empty body is an empty result")
      return
    }
    #expect(none.isEmpty)
  }

  @Test(
    "What is not ClickHouse is quoted only from an error, and never with the password",
    arguments: [
      (404, "no such s3cr3t page", "status 404, \"no such (redacted) page\""), (401, "", "status 401"),
      (200, "<html>s3cr3t", "status 200 with a body of 12 bytes, which is not shown"),
      (301, "moved", "status 301 with a body of 5 bytes, which is not shown"),
    ])
  func quotesLittle(_ status: Int, _ body: String, _ words: String) {
    guard case .foreign(let answered) = answer(status, body, secrets: ["s3cr3t"]) else {
      Issue.record("\(status)")
      return
    }
    #expect(answered == words)
  }

  @Test("A proxy's refusal is transient, and the native port is recognized")
  func tellsPortsAndGateways() {
    for status in [429, 502, 503, 504] {
      guard case .busy = answer(status, "no upstream") else {
        Issue.record("\(status)")
        continue
      }
    }
    let native = "Port 9000 is for clickhouse-client program.\r\nYou must use port 8123 for HTTP.\r\n"
    guard case .nativePort = answer(400, native) else {
      Issue.record("not told")
      return
    }
  }
}
