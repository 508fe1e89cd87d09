// SPDX-License-Identifier: Apache-2.0

import Backends
import Testing

/// Line breaks and spaces around a user name or password that were added by accident.
@Suite struct CredentialEdgeTests {
  @Test(
    "A line break or white space around a credential is named, with the way to write it without",
    arguments: [
      ("s3cret\n", "ends with a line break"), ("s3cret\r\n", "ends with a line break"),
      ("s3cret\r", "ends with a line break"),
      ("\n", "ends with a line break"), (" s3cret", "begins with white space"), ("s3cret ", "ends with white space"),
      ("s3cret\t", "ends with white space"), ("\u{FEFF}s3cret", "begins with a byte order mark"),
      ("s3\ncret", "holds a line break"), ("s3\u{0}cret", "holds a line break or another control character"),
    ])
  func isNamed(_ value: String, _ words: String) {
    for (part, key) in [(URLSafeCredential.Part.username, "username"), (.password, "password")] {
      let error = #expect(throws: CredentialError.self) {
        try URLSafeCredential.check(value, as: part, key: key, secret: "cozy-coroot/login")
      }
      let text = error?.description ?? ""
      #expect(text.hasPrefix("key \"\(key)\" of Secret cozy-coroot/login \(words)"), "\(text)")
      #expect(text.contains("printf") && !text.contains("percent-encode") && !text.contains("s3cret"), "\(text)")
    }
  }

  @Test("What stands inside a credential is percent-encoded, as before", arguments: ["a b", "a/b", "a@b", "ä"])
  func otherCharactersAreEncoded(_ value: String) {
    let error = #expect(throws: CredentialError.self) {
      try URLSafeCredential.check(value, as: .password, key: "password", secret: "n/s")
    }
    #expect(error?.description.contains("percent-encode it") == true)
  }
}
