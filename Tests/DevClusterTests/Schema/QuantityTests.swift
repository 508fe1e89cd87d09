// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Quantities and base64")
struct QuantityTests {
  @Test(
    "have one canonical form",
    arguments: [
      ("1000m", "1"), ("0.1", "100m"), ("1024Mi", "1Gi"), ("128Mi", "128Mi"), ("1.5Gi", "1536Mi"), ("1500m", "1500m"),
      ("0", "0"), ("100k", "100k"), ("1000k", "1M"), ("512", "512"), ("2000", "2k"), ("0.5Ki", "512"), ("-1", "-1"),
      ("1Ki", "1Ki"), ("0.0000000001", "1n"), ("1e3", "1e3"), ("junk", "junk"), ("1.2.3", "1.2.3"), ("+1", "1"),
    ])
  func canonical(_ text: String, _ expected: String) {
    #expect(Quantity.canonical(.string(text)) == .string(expected))
  }

  @Test("that are numbers become text")
  func numbers() {
    #expect(Quantity.canonical(2) == "2")
    #expect(Quantity.canonical(0.5) == "500m")
    #expect(Quantity.canonical(nil) == nil)
    #expect(Quantity.isValid("1e3"))
    #expect(!Quantity.isValid("1e"))
    #expect(Quantity.pair("1Gi", "1G").map { $0 > $1 } == true)
    #expect(Quantity.pair("x", "1") == nil)
  }

  @Test(
    "of bytes are written as RFC 4648 has it",
    arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
  func base64(_ text: String, _ encoded: String) {
    #expect(Base64.encoded(text.utf8) == encoded)
    #expect(Base64.decoded(encoded) == Array(text.utf8))
  }

  @Test("of text that is not base64 are refused", arguments: ["a", "ab=c", "a===", "a b=", "===="])
  func notBase64(_ text: String) {
    #expect(Base64.decoded(text) == nil)
  }
}
