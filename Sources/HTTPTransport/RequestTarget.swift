// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Where a request goes, taken from its URL, checked before anything is sent.
struct RequestTarget {
  /// Host and port, as errors name them.
  let host: String
  /// The URL for libcurl; its host is the TLS server name if the request sets one.
  let url: String
  /// libcurl's `CONNECT_TO` entry that leads such a URL to the true host.
  let connectTo: String?
  /// The `Host` field that such a URL would get wrong.
  let hostField: String?

  /// - Throws: ``TransportError`` of kind `invalidRequest`, without the URL's credentials.
  init(_ request: HTTPRequest) throws(TransportError) {
    guard let parts = curl_url() else { throw .invalid("", "out of memory") }
    defer { curl_url_cleanup(parts) }
    let code = curl_url_set(parts, CURLUPART_URL, request.url, 0)
    guard code == CURLUE_OK, !request.url.utf8.contains(0) else {
      throw .invalid(
        "", "url: \(String(cString: curl_url_strerror(code == CURLUE_OK ? CURLUE_MALFORMED_INPUT : code)))")
    }
    let scheme = Self.part(parts, CURLUPART_SCHEME) ?? ""
    guard scheme == "http" || scheme == "https" else {
      throw .invalid("", "url: scheme \(scheme) is neither http nor https")
    }
    guard let name = Self.part(parts, CURLUPART_HOST),
      let port = Self.part(parts, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT))
    else { throw .invalid("", "url: no host") }
    host = "\(name):\(port)"
    try Self.check(request, host)
    guard scheme == "https", let serverName = request.tls.serverName, serverName != name else {
      url = request.url
      connectTo = nil
      hostField = nil
      return
    }
    // libcurl takes SNI and the name to verify from the URL only, so the URL gets the server name and the connection is
    // led to the true host. CURLOPT_RESOLVE would not do: it wants an address, not a name.
    guard curl_url_set(parts, CURLUPART_HOST, serverName, 0) == CURLUE_OK,
      let rewritten = Self.part(parts, CURLUPART_URL)
    else { throw .invalid(host, "tls: server name \(serverName) is not a host name") }
    url = rewritten
    connectTo = "\(serverName):\(port):\(name):\(port)"
    hostField = port == "443" ? name : host
  }

  private static func part(_ parts: OpaquePointer, _ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parts, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }

  /// What would let a value break out of its line, or be cut, on the wire.
  private static func check(_ request: HTTPRequest, _ host: String) throws(TransportError) {
    let isToken = { (text: String) in
      !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }
    }
    guard isToken(request.method) else { throw .invalid(host, "method: not a token") }
    for field in request.headers {
      guard isToken(field.name), !field.name.utf8.contains(UInt8(ascii: ";")) else {
        throw .invalid(host, "header: a field's name is not a token")
      }
      guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
        throw .invalid(host, "header \(field.name): its value has a control character")
      }
    }
  }
}

extension TransportError {
  static func invalid(_ host: String, _ cause: String) -> TransportError {
    TransportError(kind: .invalidRequest, phase: .connect, host: host, cause: cause)
  }

  static func cancelled(_ phase: Phase, _ host: String, _ cause: String = "cancelled") -> TransportError {
    TransportError(kind: .cancelled, phase: phase, host: host, cause: cause)
  }
}
