// SPDX-License-Identifier: Apache-2.0

/// A proxy, and the hosts that are reached without it.
///
/// - `http` URLs are asked of the proxy itself; for `https` URLs it opens a tunnel (CONNECT), and TLS with the host runs
///   through that.
/// - A proxy at an `https://` URL is verified as the host is: by the request's certificate authorities, or not at all
///   under `insecureSkipVerify`, as client-go does. Our client certificate is not shown to it.
/// - User name and password of the URL are sent as Basic authentication to the proxy alone. They appear in no error and
///   in no description.
public struct ProxyOptions: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  /// The proxy's URL, `http://` or `https://`, with user name and password if it asks for them.
  public var url: String
  /// Hosts that are reached directly, as `NO_PROXY` lists them: names with their subdomains, addresses, CIDR ranges, each
  /// with a port if only that is meant; `*` for all.
  public var exceptions: [String]
  /// Whether `localhost` and loopback addresses are reached directly, whatever the exceptions say.
  public var exceptsLoopback: Bool

  /// A proxy of that URL.
  public init(url: String, exceptions: [String] = [], exceptsLoopback: Bool = false) {
    self.url = url
    self.exceptions = exceptions
    self.exceptsLoopback = exceptsLoopback
  }

  /// The proxy that environment variables name for a URL, or nil for none.
  ///
  /// Nothing is read here: whoever calls decides whether the process's environment is to be obeyed. The rules are those
  /// of Go's `golang.org/x/net/http/httpproxy`: `HTTPS_PROXY` is for `https` URLs, `HTTP_PROXY` for `http` URLs,
  /// `NO_PROXY` lists exceptions separated by commas; a name in capitals comes before the same in small letters; a proxy
  /// without a scheme is an `http` one; loopback is reached directly.
  public static func fromEnvironment(_ environment: [String: String], for url: String) -> ProxyOptions? {
    let value = { (name: String) in
      [name, name.lowercased()].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    let scheme = url.prefix { $0 != ":" }.lowercased()
    guard scheme == "http" || scheme == "https", let proxy = value("\(scheme.uppercased())_PROXY") else { return nil }
    return ProxyOptions(
      url: proxy.contains("://") ? proxy : "http://\(proxy)",
      exceptions: value("NO_PROXY")?.split(separator: ",").map(String.init) ?? [], exceptsLoopback: true)
  }

  /// The URL without user name and password, and the exceptions.
  public var description: String {
    let scheme = url.firstRange(of: "://").map { url[..<$0.upperBound] } ?? ""
    let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    // A password may hold what ends an authority; the last @ of all is the one that counts then.
    let rest = url.lastIndex(of: "@").map { url[url.index(after: $0)...] } ?? authority
    return exceptions.isEmpty ? "\(scheme)\(rest)" : "\(scheme)\(rest) except \(exceptions.joined(separator: ","))"
  }

  /// The same as the description, so that a request printed whole shows no password.
  public var debugDescription: String { description }
}
