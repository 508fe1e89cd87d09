// SPDX-License-Identifier: Apache-2.0

import Digests
import Testing

/// The examples of FIPS 180-4, and a length that fills several blocks.
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c14"), ("abc", "ba7816bf8f01cfea"),
    ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8"),
    (String(repeating: "a", count: 1_000), "41edece42d63e8d9"),
  ])
  func sha256(text: String, start: String) {
    let digest = SHA256.digest(Array(text.utf8))
    #expect(digest.count == 32)
    let hex = digest.prefix(8).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    #expect(hex == start)
  }
}
