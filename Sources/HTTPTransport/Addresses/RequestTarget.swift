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

  /// The proxy to go through, unless the host is an exception from it.
  let proxy: ProxyTarget?
  /// Whether TLS is spoken with the host.
  let isTLS: Bool

  /// - Throws: ``TransportError`` of kind `invalidRequest`, without the URL's credentials.
  init(_ request: HTTPRequest) throws(TransportError) {
    let parts: CurlURL
    do throws(CurlURL.Malformed) {
      parts = try CurlURL(parsing: request.url)
    } catch {
      throw .invalid("", "url: \(error.cause)")
    }
    let scheme = parts[CURLUPART_SCHEME] ?? ""
    guard scheme == "http" || scheme == "https" else {
      throw .invalid("", "url: scheme \(scheme) is neither http nor https")
    }
    guard let name = parts[CURLUPART_HOST], let port = parts[CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)]
    else { throw .invalid("", "url: no host") }
    host = "\(name):\(port)"
    isTLS = scheme == "https"
    try Self.check(request, host)
    proxy = try Self.proxy(request.proxy, name, port)
    guard isTLS, let serverName = request.tls.serverName, serverName != name else {
      url = request.url
      connectTo = nil
      hostField = nil
      return
    }
    // libcurl takes SNI and the name to verify from the URL only, so the URL gets the server name and the connection is
    // led to the true host. CURLOPT_RESOLVE would not do: it wants an address, not a name.
    guard parts.setHost(serverName), let rewritten = parts[CURLUPART_URL]
    else { throw .invalid(host, "tls: server name \(serverName) is not a host name") }
    url = rewritten
    connectTo = "\(serverName):\(port):\(name):\(port)"
    hostField = port == "443" ? name : host
  }

  private static func proxy(
    _ options: ProxyOptions?, _ name: String, _ port: String
  ) throws(TransportError) -> ProxyTarget? {
    guard let options else { return nil }
    let host = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : name
    let exceptions = ProxyExceptions(options.exceptions, loopback: options.exceptsLoopback)
    return exceptions.contain(host: host, port: port) ? nil : try ProxyTarget(options, host: "\(name):\(port)")
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
