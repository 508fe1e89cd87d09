// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Testing

@Suite struct PercentEncodingTests {
  @Test("Only unreserved characters stay as they are, and decoding gives the text back")
  func roundTrip() {
    let text = "aZ09-._~ /?#%+&=\u{0}\u{7f}é\u{1F600}"
    let encoded = PercentEncoding.encode(text)
    #expect(encoded == "aZ09-._~%20%2F%3F%23%25%2B%26%3D%00%7F%C3%A9%F0%9F%98%80")
    #expect(PercentEncoding.decode(encoded) == text)
  }

  @Test("A percent sign that begins no escape is refused", arguments: ["%", "a%2", "%zz", "%+1", "%%41", "%é"])
  func brokenEscapes(text: String) {
    #expect(PercentEncoding.decode(text) == nil)
  }
}
