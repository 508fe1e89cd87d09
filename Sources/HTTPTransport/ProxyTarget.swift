// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The proxy that a request goes through, taken from its URL and checked before anything is sent.
struct ProxyTarget: Hashable, CustomStringConvertible {
  /// Scheme, host and port, without user name and password.
  let url: String
  /// Host and port, as errors name them.
  let name: String
  /// Whether we speak TLS with the proxy itself.
  let isTLS: Bool
  /// Percent-decoded.
  let user: String?
  /// Percent-decoded.
  let password: String?

  /// What an error may say.
  var description: String { name }

  /// - Parameter host: what the request asks for, for the error.
  /// - Throws: ``TransportError`` of kind `invalidRequest`, without the URL: it may hold a password.
  init(_ options: ProxyOptions, host: String) throws(TransportError) {
    guard let parts = CurlURL(options.url), let name = parts[CURLUPART_HOST] else {
      throw .invalid(host, "proxy: its URL is malformed")
    }
    let scheme = parts[CURLUPART_SCHEME] ?? ""
    guard scheme == "http" || scheme == "https" else {
      throw .invalid(host, "proxy: scheme \(scheme) is neither http nor https")
    }
    let port = parts[CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)] ?? "80"
    self.name = "\(name):\(port)"
    url = "\(scheme)://\(name):\(port)"
    isTLS = scheme == "https"
    user = parts[CURLUPART_USER, UInt32(CURLU_URLDECODE)]
    password = parts[CURLUPART_PASSWORD, UInt32(CURLU_URLDECODE)]
    // libcurl would cut a name or password there, and Basic authentication cannot carry a colon in a name.
    let unsendable: (String) -> Bool = { $0.utf8.contains { $0 < 0x20 || $0 == 0x7f } }
    guard !unsendable(user ?? ""), !unsendable(password ?? ""), user?.contains(":") != true else {
      throw .invalid(host, "proxy \(self.name): its user name or password has a character that cannot be sent")
    }
  }
}
