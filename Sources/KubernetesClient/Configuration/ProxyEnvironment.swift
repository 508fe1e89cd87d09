// SPDX-License-Identifier: Apache-2.0

import HTTPTransport

/// The proxy that the environment names, by the rules of Go's `net/http.ProxyFromEnvironment`, which client-go follows:
/// by the scheme of the server, in capitals first, and never for this very machine.
struct ProxyEnvironment {
  static let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"]

  private let variables: [String: String]

  init(_ variables: [String: String]) {
    self.variables = variables
  }

  /// - Throws: ``ConfigurationError`` if what it names is no proxy that we can go through.
  func proxy(to server: String) throws(ConfigurationError) -> ProxyOptions? {
    let pair =
      server.lowercased().hasPrefix("https://") ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"]
    guard let name = pair.first(where: { variables[$0]?.isEmpty == false }), let value = variables[name],
      !Self.isLoopback(server)
    else { return nil }
    let url = value.contains("://") ? value : "http://" + value
    if let cause = ProxyURL.mistake(url) { throw ConfigurationError("\(name): \(cause)") }
    let list = ["NO_PROXY", "no_proxy"].compactMap { variables[$0] }.first { !$0.isEmpty } ?? ""
    let exceptions = list.split { $0 == "," || $0.isWhitespace }.map(String.init)
    return ProxyOptions(url: url, exceptions: exceptions)
  }

  private static func isLoopback(_ server: String) -> Bool {
    let host = Exchange.host(server)
    if host.hasPrefix("[") { return host.hasPrefix("[::1]") }
    let name = String(host.prefix { $0 != ":" }).lowercased()
    return name == "localhost" || (name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." })
  }
}

/// What a proxy's URL must be.
enum ProxyURL {
  /// What is wrong with it, or nil.
  static func mistake(_ url: String) -> String? {
    let scheme = url.prefix { $0 != ":" }.lowercased()
    if scheme.hasPrefix("socks") { return "\(scheme) proxies are not supported; use an http or https proxy" }
    guard Header.isToken(url) else { return "\(ShownURL.text(url)) is not an http or https URL" }
    return ShownURL.mistake(url)
  }
}

/// What the URL of an API server must be.
enum ServerURL {
  /// What is wrong with it, or nil. The paths of the API are put behind it, so that it must end with a path or a host.
  static func mistake(_ url: String) -> String? {
    if let cause = ShownURL.mistake(url) { return cause }
    return AddressCheck.hasQueryOrFragment(url) ? "the URL must have neither a query nor a fragment" : nil
  }
}

/// URLs in messages.
enum ShownURL {
  /// The URL without what stands before an `@`.
  static func text(_ url: String) -> String {
    url.lastIndex(of: "@").map { "…" + url[$0...] } ?? url
  }

  /// Why no request can be sent below the URL, with as much of the URL as may be shown; nil if requests can be sent.
  static func mistake(_ url: String) -> String? {
    guard let cause = AddressCheck.mistake(inURL: url) else { return nil }
    return cause.hasPrefix("not an http") ? "\(text(url)) is \(cause)" : "\(text(url)): \(cause)"
  }
}
