// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Testing

@Suite struct QuantityTests {
  @Test(arguments: [
    ("1000m", "1"), ("0.1", "100m"), ("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"), ("2e3", "2k"), ("2E3", "2000"),
    ("1E", "1000P"), ("1e0", "1"), (".5", "500m"), ("5.", "5"), ("+1", "1"), ("-1000m", "-1"), ("0", "0Gi"),
    ("-0", "0"), ("1Ei", "1152921504606846976"), ("100n", "0.1u"), ("1.0000000001", "1.000000001"),
    ("0.0000000001", "1n"), ("0.9999999999", "1"), ("12e-1", "1.2"),
  ])
  func theseAreTheSameAmount(left: String, right: String) throws {
    #expect(try #require(Quantity(left)) == #require(Quantity(right)))
  }

  @Test(arguments: [("1", "1k"), ("1M", "1Mi"), ("1", "-1"), ("100m", "101m"), ("1Gi", "1G"), ("1n", "2n")])
  func theseAreNot(left: String, right: String) throws {
    #expect(try #require(Quantity(left)) != #require(Quantity(right)))
  }

  @Test(arguments: [
    "", ".", "-", "Gi", "1 Gi", "1gi", "1KI", "one", "1.2.3", "0x10", "1e", "1e99", "1e-9223372036854775808",
    "1e9223372036854775807", "1e-", "1ee3", "--1", "٣",
    "99999999999999999999999999999999999999Ei", String(repeating: "1", count: 65),
  ])
  func theseAreNone(text: String) {
    #expect(Quantity(text) == nil)
  }

  @Test(
    arguments: [
      ("0", 0, "0"), ("500Mi", 524_288_000, "500Mi"), ("1Gi", 1 << 30, "1Gi"), ("1024Mi", 1 << 30, "1Gi"),
      ("1.5Gi", 1_610_612_736, "1536Mi"), ("500M", 500_000_000, "500M"), ("1000k", 1_000_000, "1M"),
      ("2e3", 2000, "2e3"),
      ("100m", 1, "100m"), ("0.5", 1, "500m"), ("1000m", 1, "1"), ("1.0000000001", 2, "1000000001n"),
      ("100E", nil, nil),
      ("8Ei", nil, nil), ("7Ei", 7 << 60, "7Ei"), ("512", 512, "512"), ("0.5Ki", 512, "512"), ("3E0", 3, "3"),
      ("", nil, nil), ("Mi", nil, nil), ("-1", nil, "-1"), ("-1536Mi", nil, "-1536Mi"),
      ("1mi", nil, nil), ("1 Gi", nil, nil), ("1e99", nil, nil),
      ("999999999999999999Ei", nil, nil), ("1.2.3", nil, nil),
      ("1717986918400m", 1_717_986_919, "1717986918400m"), ("9223372036854775807", .max, "9223372036854775807"),
      ("9223372036854775808", nil, nil), ("9223372036854775807000m", .max, "9223372036854775807"),
      ("1073741824000m", 1 << 30, "1073741824"), ("1e-3", 1, "1e-3"), ("1E-12", 1, "1e-9"), ("1E+3", 1000, "1e3"),
      ("+5", 5, "5"), (".5", 1, "500m"), ("5.", 5, "5"),
      ("0.10000000000000000000000000000Gi", 107_374_183, "107374182400m"),
      ("1e19", nil, nil), ("1e-19", nil, nil), ("1e-9223372036854775808", nil, nil), ("++5", nil, nil),
      (String(repeating: "9", count: 33), nil, nil),
    ] as [(String, Int64?, String?)])
  func canonicalForms(text: String, bytes: Int64?, canonical: String?) {
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
  func spellingsOfOneAmount(left: String, right: String) throws {
    #expect(try #require(Quantity(left)) == #require(Quantity(right)))
  }

  @Test func theOrderIsThatOfTheAmounts() throws {
    let (small, large) = (try #require(Quantity("1000Mi")), try #require(Quantity("1Gi")))
    #expect(small < large)
    #expect(Quantity("1024Mi") == large)
    #expect(Set([large, try #require(Quantity("1024Mi"))]).count == 1)
  }

  @Test("A negative amount is rounded away from zero, as the API server does")
  func negativeAmounts() throws {
    #expect(try #require(Quantity("-0.0000000001")) == #require(Quantity("-1n")))
    #expect(try #require(Quantity("-1500m")).value == -2 && #require(Quantity("-1500m")).isNegative)
    #expect(try #require(Quantity("-2")) < #require(Quantity("-1")))
    #expect(Quantity("-0")?.isNegative == false && Quantity("-0")?.canonical == "0")
    #expect(Quantity("-9223372036854775807")?.value == -.max && Quantity("-9223372036854775808") == nil)
  }
}
