// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing

@testable import Backends

@Suite struct ClickHouseValueTests {
  @Test(
    "A name or text keeps its meaning inside of quotes",
    arguments: [
      ("otel", "`otel`", "'otel'"), ("", "``", "''"), ("a`b", #"`a\`b`"#, "'a`b'"), ("a'b", "`a'b`", #"'a\'b'"#),
      (#"a\"#, #"`a\\`"#, #"'a\\'"#), (#"\'; DROP"#, #"`\\'; DROP`"#, #"'\\\'; DROP'"#), ("ä€😀", "`ä€😀`", "'ä€😀'"),
      ("a\r\n\t\0", #"`a\r\n\t\0`"#, #"'a\r\n\t\0'"#),
    ])
  func quotes(_ text: String, _ identifier: String, _ literal: String) {
    #expect(ClickHouseSQL.identifier(text) == identifier)
    #expect(ClickHouseSQL.literal(text) == literal)
  }

  @Test("Only a name that needs quotes is shown with them")
  func showsNames() {
    #expect(ClickHouseSQL.readable("otel_1") == "otel_1")
    #expect(ClickHouseSQL.readable("my-otel") == "`my-otel`")
    #expect(ClickHouseSQL.table("a", "b.c") == "`a`.`b.c`")
  }

  @Test(
    "Versions are read up to what is not a number",
    arguments: [
      ("24.9.2.42", [24, 9, 2, 42]), ("18.16.1", [18, 16, 1]), ("26.9.2.1-testing", [26, 9, 2, 1]),
      ("24.8.14.10459.altinitystable", [24, 8, 14, 10459]), ("v25.3", [25, 3]), ("", nil), ("24", nil), ("none", nil),
      (".24.9", nil), ("99999999.1", nil),
    ] as [(String, [Int]?)])
  func readsVersions(_ text: String, _ numbers: [Int]?) {
    #expect(ClickHouseVersion(text)?.numbers == numbers)
  }

  @Test("Versions are compared by number, not by text")
  func comparesVersions() throws {
    let order = try ["18.16.1", "24.3", "24.3.0.1", "24.9", "24.10", "25.1", "26.9.2.1"]
      .map { try #require(ClickHouseVersion($0)) }
    for (index, version) in order.enumerated() {
      for (other, later) in order.enumerated() { #expect((version < later) == (index < other)) }
    }
    #expect(ClickHouseVersion("24.3") == ClickHouseVersion("24.3.0"))
    #expect(Set([ClickHouseVersion("24.3"), ClickHouseVersion("24.3.0")]).count == 1)
    #expect(ClickHouseVersion("24.2.9.9").map { $0 < .floor } == true)
    #expect(ClickHouseVersion("24.3.1").map { $0 < .floor } == false)
  }

  @Test("Access prints without its password")
  func hidesThePassword() {
    let access = ClickHouseAccess.example(user: "otel", password: "s3cr3t-value")
    var dumped = ""
    dump(access, to: &dumped)
    for text in ["\(access)", String(reflecting: access), dumped, "\([access])", "\(Optional(access) as Any)"] {
      #expect(!text.contains("s3cr3t-value"), "\(text)")
    }
    #expect("\(access)" == "ClickHouse otel@clickhouse.test:8123")
    #expect(access != .example(user: "otel", password: "other"))
  }

  @Test(
    "An IPv6 address stands in brackets",
    arguments: [
      ("::1", "http://[::1]:8123/"), ("[fd00::1]", "http://[fd00::1]:8123/"), ("10.0.0.1", "http://10.0.0.1:8123/"),
    ])
  func bracketsAddresses(_ host: String, _ url: String) {
    #expect(ClickHouseAccess.example(host: host).url == url)
  }

  @Test(
    "A login goes by ClickHouse's fields where they can carry it, else by the Basic scheme",
    arguments: [
      ("otel", "hunter2", ["X-ClickHouse-User: otel", "X-ClickHouse-Key: hunter2"]),
      ("otel", "", ["X-ClickHouse-User: otel"]),
      ("ö", "p\"'$#ä€😀 x", ["X-ClickHouse-User: ö", "X-ClickHouse-Key: p\"'$#ä€😀 x"]),
      ("a:b", "c", ["X-ClickHouse-User: a:b", "X-ClickHouse-Key: c"]),
      ("otel", "a\nb", ["Authorization: Basic b3RlbDphCmI="]), ("otel", "a\n", ["Authorization: Basic b3RlbDphCg=="]),
      ("otel", " a", ["Authorization: Basic b3RlbDogYQ=="]), ("otel", "a ", ["Authorization: Basic b3RlbDphIA=="]),
      ("otel", "\u{7f}", ["Authorization: Basic b3RlbDp/"]), ("otel", "\t", ["Authorization: Basic b3RlbDoJ"]),
    ])
  func sendsLogins(_ user: String, _ password: String, _ fields: [String]) throws {
    let made = try ClickHouseLogin.fields(user: user, password: password).map { "\($0.name): \($0.value)" }
    #expect(made == fields)
  }

  @Test(
    "A login that neither way can carry is refused without being shown",
    arguments: [("otel", "a\0b", "password holds a zero byte"), ("a:b", "s3cr3t\n", "line break")])
  func refusesLogins(_ user: String, _ password: String, _ words: String) async {
    let fake = FakeClickHouse()
    let verdict = await ClickHouseCheck(transport: fake).run(.example(user: user, password: password), .own())
    #expect(verdict.reason == "AuthenticationFailed")
    #expect(verdict.sentence.contains(words) && !verdict.sentence.contains("s3cr3t"), "\(verdict.sentence)")
    #expect(fake.requests.isEmpty)
  }
}
