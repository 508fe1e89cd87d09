// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Checks addresses when a configuration is read, with the parser that libcurl sends by: what passes here is what a
/// request will do, and what fails here never becomes a request to another host.
public enum AddressCheck {
  /// Why no request can be sent below the URL, as a phrase that does not repeat the URL; nil if requests can be sent.
  ///
  /// `http` and `https` with a host, a port from 1 to 65535 if there is one, visible ASCII only (RFC 3986, section 2).
  public static func mistake(inURL url: String) -> String? {
    let scheme = url.prefix { $0 != ":" }.lowercased()
    guard scheme == "http" || scheme == "https", url.dropFirst(scheme.count).hasPrefix("://") else {
      return "not an http or https URL"
    }
    guard url.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      return "a URL is visible ASCII, with everything else percent-encoded"
    }
    // libcurl passes over further slashes and takes what follows for the host.
    guard let first = url.dropFirst(scheme.count + 3).first, !"/?#".contains(first) else {
      return "the URL has no host"
    }
    let parts: CurlURL
    do throws(CurlURL.Malformed) {
      parts = try CurlURL(parsing: url)
    } catch {
      return error.isPort ? port : "not a URL: \(error.cause)"
    }
    guard parts[CURLUPART_HOST]?.isEmpty == false else { return "the URL has no host" }
    return parts[CURLUPART_PORT].map { Int($0) ?? 0 } == 0 ? port : nil
  }

  /// Whether a URL has a query or a fragment, below which no path can be put.
  public static func hasQueryOrFragment(_ url: String) -> Bool { url.contains("?") || url.contains("#") }

  /// Whether the text can be the name that a certificate must carry.
  public static func isHostName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
      && CurlURL("https://host")?.setHost(text) == true
  }

  private static let port = "the port is not a number from 1 to 65535"
}
