// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Formats of text")
struct FormatTests {
  @Test(
    "A format accepts what the API server accepts",
    arguments: [
      ("date-time", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5+01:00"]), ("date", ["2026-01-01"]),
      ("duration", ["1h", "1h30m", "-1.5h", "0", "1d", "2 days", "3weeks 1 hr", "10\u{b5}s", " 5 sec"]),
      ("uri", ["http://a/", "http://a:80", "/path", "mailto:x", "http://[::1]:8080/a%20b", "*"]),
      ("byte", ["eA=="]), ("quantity", ["500Mi", "0.1"]), ("password", [""]), ("email", ["a@b.c", "A <a@b.c>"]),
      ("hostname", ["a", "a.example.com", "1a-b.cd"]), ("ipv4", ["10.0.0.1", "::ffff:10.0.0.1"]),
      ("ipv6", ["::", "::1", "fd00::1:2", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1"]),
      ("cidr", ["10.0.0.0/8", "fd00::/8"]), ("mac", ["00:11:22:aa:bb:cc", "00-11-22-AA-BB-CC", "0011.22aa.bbcc"]),
      ("uuid", ["00000000-0000-0000-0000-000000000001", "00000000000000000000000000000001"]),
      ("uuid4", ["00000000-0000-4000-8000-000000000001"]), ("isbn", ["0321751043", "978-0321751041"]),
      ("creditcard", ["4111 1111 1111 1111"]), ("ssn", ["123-45-6789"]), ("hexcolor", ["#fff", "AABBCC"]),
      ("rgbcolor", ["rgb(0, 128,255)"]), ("bsonobjectid", ["0123456789abcdef01234567"]),
      ("k8s-short-name", ["a-1"]), ("k8s-long-name", ["a.b-1"]), ("no-such-format", ["anything"]),
    ] as [(String, [String])])
  func accepted(_ format: String, _ texts: [String]) {
    for text in texts { #expect(Format.accepts(text, format), "\(text)") }
  }

  @Test(
    "A format refuses what the API server refuses",
    arguments: [
      ("date-time", ["today", "2026-01-01"]), ("date", ["2026-13-01"]),
      ("duration", ["x", "", "1", "1.5 days", "1x", "h", "--1h"]),
      ("uri", ["not a uri", "", "a", "://a", "http://a b/", "http://a:b/", "/%zz", "a\u{7f}:b"]),
      ("byte", ["!", "eA=", ""]), ("quantity", ["x"]), ("email", ["a", "a@", "@b"]),
      ("hostname", ["", "-a", "a..b", "a_b"]), ("ipv4", ["x", "10.0.0.256", "10.0.0", "01.0.0.1"]),
      ("ipv6", ["10.0.0.1", "1:2:3:4:5:6:7:8:9", ":::", "1::2::3", "12345::"]), ("cidr", ["10.0.0.0", "10.0.0.0/33"]),
      ("mac", ["00:11:22", "00:11:22:aa:bb:gg"]), ("uuid", ["x"]), ("uuid4", ["00000000-0000-3000-8000-000000000001"]),
      ("isbn", ["0321751044"]), ("creditcard", ["4111 1111 1111 1112"]), ("ssn", ["1"]), ("hexcolor", ["#ff"]),
      ("rgbcolor", ["rgb(0,0,256)"]), ("k8s-short-name", ["A"]), ("k8s-long-name", ["a..b"]),
    ] as [(String, [String])])
  func refused(_ format: String, _ texts: [String]) {
    for text in texts { #expect(!Format.accepts(text, format), "\(text)") }
  }

  @Test("A format is ignored on types that do not have it")
  func unknown() {
    #expect(Format.isKnown("date-time", for: .string) && Format.isKnown("datetime", for: .string))
    #expect(Format.isKnown("int32", for: .integer) && !Format.isKnown("int32", for: .string))
    #expect(!Format.isKnown("no-such-format", for: .string) && !Format.isKnown("uri", for: .object))
  }

  @Test("A refusal names the format that the text does not have")
  func message() throws {
    let schema = try StructuralSchema(
      openAPI: ["type": "object", "properties": ["v": ["type": "string", "format": "duration"]]])
    #expect(
      schema.validate(["v": "x"]).map(\.summary)
        == [#"v: Invalid value: "x": v in body must be of type duration: "x""#])
    #expect(
      schema.validate(["v": 1]).map(\.summary)
        == [#"v: Invalid value: "int64": v in body must be of type duration: "int64""#])
  }
}
