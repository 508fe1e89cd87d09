// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ControllerRuntime

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
}
