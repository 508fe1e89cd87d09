// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import ObservabilityAPI

/// Where requests for a host and port really go.
///
/// For an operator that runs outside a cluster, where the names of Services have no address.
public struct AddressMap: Hashable, Sendable {
  private var targets: [String: String] = [:]

  /// A map from lines `host:port=host:port`; blank lines and those that begin with `#` are skipped.
  ///
  /// - Throws: ``AddressMapError``, whose text names the line.
  public init(_ lines: some Sequence<some StringProtocol>) throws(AddressMapError) {
    for (index, raw) in lines.enumerated() {
      let line = String(raw.filter { !$0.isWhitespace })
      if line.isEmpty || line.hasPrefix("#") { continue }
      let sides = line.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let from = Self.address(sides[0]), let to = Self.address(sides[1]) else {
        throw AddressMapError("address map, entry \(index + 1): \"\(line)\" is not host:port=host:port")
      }
      guard targets.updateValue(to, forKey: from) == nil else {
        throw AddressMapError("address map, entry \(index + 1): \(from) stands there twice")
      }
    }
  }

  /// A map from the text of a file, one entry a line.
  ///
  /// - Throws: ``AddressMapError``, whose text names the line.
  public init(text: String) throws(AddressMapError) {
    try self.init(text.split(omittingEmptySubsequences: false) { $0.isNewline })
  }

  /// Whether every request goes where its URL says.
  public var isEmpty: Bool { targets.isEmpty }

  /// The host and port to which a request for that host and port goes, if it is another.
  public func target(of address: String) -> String? { targets[address.lowercased()] }

  /// The same transport, with requests for mapped addresses sent elsewhere.
  public func wrapping(_ transport: any HTTPTransport) -> any HTTPTransport {
    isEmpty ? transport : MappedTransport(map: self, transport: transport)
  }

  private static func address(_ text: Substring) -> String? {
    guard !text.contains(where: { "/?#@".contains($0) }), let url = try? BackendURL("http://\(text)"),
      let port = url.port
    else { return nil }
    return "\(url.host.lowercased()):\(port)"
  }
}

/// Why lines are not an address map.
public struct AddressMapError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The entry and what is wrong with it.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Rewrites where a request goes and leaves it as it is otherwise: path, `Host` header and the name in the
/// certificate stay those of the address that was asked for.
struct MappedTransport: HTTPTransport {
  let map: AddressMap
  let transport: any HTTPTransport

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard let url = try? BackendURL(request.url),
      let target = map.target(of: "\(url.host):\(url.effectivePort)")
    else { return try await transport.send(request) }
    var mapped = request
    mapped.url = "\(url.scheme.rawValue)://\(target)\(url.path)" + (url.query.map { "?" + $0 } ?? "")
    if !mapped.headers.contains(where: { $0.name.lowercased() == "host" }) {
      mapped.headers.append(HTTPField("Host", url.authority))
    }
    if let credentials = url.credentials, !mapped.headers.contains(where: { $0.name.lowercased() == "authorization" }) {
      mapped.headers.append(HTTPField("Authorization", credentials.authorization))
    }
    if url.scheme == .https, mapped.tls.serverName == nil { mapped.tls.serverName = url.host }
    do {
      return try await transport.send(mapped)
    } catch {
      throw TransportError(
        kind: error.kind, phase: error.phase, host: url.authority, cause: "\(error.cause) (sent to \(target))",
        tlsFault: error.tlsFault)
    }
  }
}
