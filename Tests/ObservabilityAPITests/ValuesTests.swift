// SPDX-License-Identifier: Apache-2.0

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

  @Test(
    arguments: [
      ("0", 0, "0"), ("500Mi", 524_288_000, "500Mi"), ("1Gi", 1 << 30, "1Gi"), ("1024Mi", 1 << 30, "1Gi"),
      ("1.5Gi", 1_610_612_736, "1536Mi"), ("500M", 500_000_000, "500M"), ("1000k", 1_000_000, "1M"),
      ("2e3", 2000, "2e3"),
      ("100m", 1, "100m"), ("0.5", 1, "500m"), ("1000m", 1, "1"), ("1.0000000001", 2, "1000000001n"),
      ("100E", nil, nil),
      ("8Ei", nil, nil), ("7Ei", 7 << 60, "7Ei"), ("512", 512, "512"), ("0.5Ki", 512, "512"), ("3E0", 3, "3"),
      ("", nil, nil), ("Mi", nil, nil), ("-1", nil, nil), ("1mi", nil, nil), ("1 Gi", nil, nil), ("1e99", nil, nil),
      ("999999999999999999Ei", nil, nil), ("1.2.3", nil, nil),
      ("1717986918400m", 1_717_986_919, "1717986918400m"), ("9223372036854775807", .max, "9223372036854775807"),
      ("9223372036854775808", nil, nil), ("9223372036854775807000m", .max, "9223372036854775807"),
      ("1073741824000m", 1 << 30, "1073741824"), ("1e-3", 1, "1e-3"), ("1E-12", 1, "1e-9"), ("1E+3", 1000, "1e3"),
      ("+5", 5, "5"), (".5", 1, "500m"), ("5.", 5, "5"),
      ("0.10000000000000000000000000000Gi", 107_374_183, "107374182400m"),
      ("1e19", nil, nil), ("1e-19", nil, nil), ("1e-9223372036854775808", nil, nil), ("++5", nil, nil),
      (String(repeating: "9", count: 33), nil, nil),
    ] as [(String, Int64?, String?)])
  func quantities(text: String, bytes: Int64?, canonical: String?) {
    #expect(Quantity.bytes(text) == bytes)
    #expect(Quantity(text)?.canonical == canonical)
  }

  @Test(
    "Spellings of one amount are equal",
    arguments: [
      ("1Gi", "1073741824000m"), ("1Gi", "1073741824"), ("100m", "0.1"), ("1e3", "1k"), ("1E-3", "1m"),
      ("2", "2000000u"),
      ("1.5Gi", "1536Mi"), ("1n", "0.0000000001"),
    ])
  func equalQuantities(left: String, right: String) throws {
    #expect(try #require(Quantity(left)) == #require(Quantity(right)))
  }

  @Test func quantitiesAreComparedByAmount() throws {
    let (small, large) = (try #require(Quantity("1000Mi")), try #require(Quantity("1Gi")))
    #expect(small < large)
    #expect(Quantity("1024Mi") == large)
    #expect(Set([large, try #require(Quantity("1024Mi"))]).count == 1)
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
