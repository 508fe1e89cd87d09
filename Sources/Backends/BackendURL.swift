// SPDX-License-Identifier: Apache-2.0

public import HTTPTransport
import KubernetesCore
public import ObservabilityAPI

/// The address of a backend, with the login that it carries.
///
/// Nothing that this type prints holds the login.
@dynamicMemberLookup
public struct BackendURL: Hashable, Sendable, CustomStringConvertible {
  private var url: HTTPURL

  /// The user name and password, decoded, if the address carries them.
  public let credentials: BasicCredentials?

  /// The address without its credentials, as it is requested and as it may be printed.
  public var description: String { url.description }

  /// Reads an address.
  ///
  /// - Throws: ``BackendURLError``, whose text names the part that is wrong and never shows credentials.
  public init(_ text: String) throws(BackendURLError) {
    do throws(HTTPURLError) {
      url = try HTTPURL(text)
    } catch {
      throw BackendURLError(error.description)
    }
    credentials = try url.userInfo.map { info throws(BackendURLError) in try Self.credentials(info.text) }
  }

  /// The parts of the address.
  public subscript<Part>(dynamicMember part: KeyPath<HTTPURL, Part>) -> Part { url[keyPath: part] }

  /// The address with one more query parameter, which must be percent-encoded.
  public func adding(query parameter: String) -> BackendURL {
    var copy = self
    copy.url = url.adding(query: parameter)
    return copy
  }

  /// The address with the path, which begins with a slash, put behind its own.
  public func appending(path suffix: String) -> BackendURL {
    var copy = self
    copy.url.path = (url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path) + suffix
    return copy
  }

  /// The same host with another path and no query.
  public func replacing(path: String) -> BackendURL {
    var copy = self
    (copy.url.path, copy.url.query) = (path, nil)
    return copy
  }

  private static func credentials(_ login: String) throws(BackendURLError) -> BasicCredentials {
    let colon = login.firstIndex(of: ":")
    let name = login[..<(colon ?? login.endIndex)]
    let password = colon.map { login[login.index(after: $0)...] } ?? ""
    do throws(CredentialError) {
      try URLSafeCredential.check(String(name), as: .username, key: "user name", secret: nil)
      try URLSafeCredential.check(String(password), as: .password, key: "password", secret: nil)
    } catch {
      throw BackendURLError("before the @ of the URL, \(error.description)")
    }
    return BasicCredentials(
      username: PercentEncoding.decode(name) ?? "", password: PercentEncoding.decode(password) ?? "")
  }
}

extension HTTPURL {
  /// The host, if it is a link-local address as such; those that a name stands for are known only to a resolver.
  public var linkLocalAddress: IPAddress? {
    let text = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    return IPAddress(text).flatMap { $0.isLinkLocal ? $0 : nil }
  }
}

/// Why a text is not the address of a backend.
public struct BackendURLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The part that is wrong and the remedy, as a phrase: `the port "0" is not a number from 1 to 65535`.
  public let description: String

  init(_ description: String) { self.description = description }
}
