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
    // One with a control character is not decoded; and Basic authentication cannot carry a colon in a name.
    guard (user == nil) == (parts[CURLUPART_USER] == nil), user?.contains(":") != true,
      (password == nil) == (parts[CURLUPART_PASSWORD] == nil)
    else {
      throw .invalid(host, "proxy \(self.name): its user name or password has a character that cannot be sent")
    }
  }
}
