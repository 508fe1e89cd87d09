// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesCore

/// How a user name and password are sent over HTTP.
///
/// ClickHouse takes them from `X-ClickHouse-User` and `X-ClickHouse-Key` as bytes, UTF-8 included. A field cannot carry a
/// control character, and every HTTP parser strips white space at a field's edges, so such a login goes by the Basic
/// scheme (RFC 7617), which encodes it. ClickHouse refuses a request that uses both ways. Run on 18.16 with each.
enum ClickHouseLogin {
  /// Why a login can be sent in neither way, as a phrase without the value.
  struct Unusable: Error { let cause: String }

  static func fields(user: String, password: String) throws(Unusable) -> [HTTPField] {
    if (user + password).utf8.contains(0) {
      throw Unusable(cause: "the \(user.utf8.contains(0) ? "user name" : "password") holds a zero byte")
    }
    if isFieldValue(user), isFieldValue(password) {
      let name = HTTPField("X-ClickHouse-User", user)
      return password.isEmpty ? [name] : [name, HTTPField("X-ClickHouse-Key", password)]
    }
    guard !user.contains(":") else {
      throw Unusable(
        cause: "the user name holds a colon, and one of user name and password a line break, another control character "
          + "or white space at its edge: ClickHouse takes no such pair over HTTP")
    }
    return [HTTPField("Authorization", "Basic " + Base64.encode("\(user):\(password)".utf8))]
  }

  /// What a likely mistake in the password looks like, as a phrase; nil if it looks fine.
  static func suspicion(password: String) -> String? {
    guard let last = password.unicodeScalars.last, let first = password.unicodeScalars.first else {
      return "the password is empty"
    }
    if ["\n", "\r"].contains(last) { return "the password ends with a line break" }
    if first.properties.isWhitespace { return "the password begins with white space" }
    if last.properties.isWhitespace { return "the password ends with white space" }
    return password.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } ? nil : "the password holds a control character"
  }

  private static func isFieldValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } && text.utf8.first != 0x20 && text.utf8.last != 0x20
  }
}
