// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI
import Testing

@Suite struct ValuesTests {
  /// Cases of Go's `time.ParseDuration` tests, and of ours.
  @Test(
    arguments: [
      ("0", .zero), ("5s", .seconds(5)), ("30s", .seconds(30)), ("1478s", .seconds(1478)), ("5.0s", .seconds(5)),
      ("5.6s", .milliseconds(5600)), ("5.s", .seconds(5)), (".5s", .milliseconds(500)), ("1h30m", .seconds(5400)),
      ("10ns", .nanoseconds(10)), ("11us", .microseconds(11)), ("12µs", .microseconds(12)), ("13ms", .milliseconds(13)),
      ("3m30s", .seconds(210)), ("0.3333333333333333333h", nil), ("2562047h", .seconds(2_562_047 * 3600)),
      ("2562048h", nil), ("", nil), ("3", nil), ("-5s", nil), ("s", nil), (".", nil), (".s", nil), ("1d", nil),
      ("3000000h", nil), ("5s ", nil), ("1h2", nil), ("1..5s", nil),
    ] as [(String, Duration?)])
  func durations(text: String, expected: Duration?) {
    #expect(GoDuration.parse(text) == expected)
  }

  @Test(
    arguments: [("7d", 7), ("30d", 30), ("0d", nil), ("7", nil), ("-1d", nil), ("+1d", nil), ("1.5d", nil), ("d", nil)]
      as [(String, Int?)])
  func days(text: String, expected: Int?) {
    #expect(Days.parse(text) == expected)
  }

  @Test(arguments: [
    ("10.0.0.0/8", true), ("0.0.0.0/0", true), ("203.0.113.7/32", true), ("fd00::/8", true), ("::/0", true),
    ("::ffff:10.0.0.0/104", true), ("10.0.0.0/33", false), ("10.0.0/8", false), ("10.0.0.0", false),
    ("010.0.0.0/8", false), ("fd00::/129", false), ("10.0.0.0/08", false), ("10.0.0.0/", false), ("10.0.0.0/+8", false),
    ("example.org/8", false), ("", false), ("fd00::1::/8", false),
  ])
  func networks(text: String, isValid: Bool) {
    #expect((CIDR(text) != nil) == isValid)
  }

  @Test func networksHaveParts() throws {
    let network = try #require(CIDR("fd00::/8"))
    #expect(network.address == "fd00::" && network.prefixLength == 8 && network.isIPv6)
    #expect(CIDR("10.0.0.0/8")?.isIPv6 == false)
  }

  @Test(arguments: [
    ("http://u:p@vm:8480/insert", "http://vm:8480/insert"), ("http://u@vm", "http://vm"),
    ("https://u:p@ss@vm/a@b?c=@", "https://vm/a@b?c=@"), ("http://vm/a@b", "http://vm/a@b"), ("u:p@vm", "u:p@vm"),
    ("http://vm?x=a@b", "http://vm?x=a@b"), ("", ""),
  ])
  func userInfoIsRemoved(url: String, expected: String) {
    #expect(URLRedaction.withoutUserInfo(url) == expected)
  }
}
