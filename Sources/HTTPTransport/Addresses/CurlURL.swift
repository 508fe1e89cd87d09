// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A URL taken apart by libcurl's own parser, so that what we check is what libcurl will do.
final class CurlURL {
  private let parts: OpaquePointer
  /// What is wrong with the URL.
  struct Malformed: Error {
    let cause: String
    /// Whether the port is what is wrong.
    var isPort = false
  }

  /// - Throws: ``Malformed`` with libcurl's words, which do not repeat the URL.
  init(parsing text: String) throws(Malformed) {
    guard let parts = curl_url() else { throw Malformed(cause: "out of memory") }
    let code =
      text.utf8.contains(0)
      ? CURLUE_MALFORMED_INPUT : curl_url_set(parts, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME))
    guard code == CURLUE_OK else {
      curl_url_cleanup(parts)
      throw Malformed(cause: String(cString: curl_url_strerror(code)), isPort: code == CURLUE_BAD_PORT_NUMBER)
    }
    self.parts = parts
  }

  convenience init?(_ text: String) {
    do throws(Malformed) { try self.init(parsing: text) } catch { return nil }
  }

  deinit { curl_url_cleanup(parts) }

  subscript(_ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parts, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }

  /// Puts another host in; says whether it is one.
  func setHost(_ name: String) -> Bool {
    !name.utf8.contains(0) && curl_url_set(parts, CURLUPART_HOST, name, 0) == CURLUE_OK
  }
}
