// SPDX-License-Identifier: Apache-2.0

/// A proxy, and the hosts that are reached without it.
public struct ProxyOptions: Hashable, Sendable {
  /// The proxy's URL, `http://` or `https://`, with user name and password if it asks for them.
  public var url: String
  /// Hosts that are reached directly, as `NO_PROXY` lists them: names with their subdomains, addresses, CIDR ranges, each
  /// with a port if only that is meant; `*` for all.
  public var exceptions: [String]

  /// A proxy of that URL.
  public init(url: String, exceptions: [String] = []) {
    self.url = url
    self.exceptions = exceptions
  }
}
