// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Testing

@Suite struct Base64Tests {
  @Test(arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar", "\u{0}\u{7f}ÿ"])
  func roundTrip(_ text: String) {
    #expect(Base64.decode(Base64.encode(text.utf8)) == Array(text.utf8))
  }

  @Test func decoding() {
    #expect(Base64.encode("foob".utf8) == "Zm9vYg==")
    #expect(Base64.decode("Zm9v\n Yg==\n") == Array("foob".utf8))
    for text in ["Zg=", "Zg===", "Z", "Zm9*", "===="] { #expect(Base64.decode(text) == nil, "\(text)") }
  }
}
