// SPDX-License-Identifier: Apache-2.0

/// One HTTP request.
public struct HTTPRequest: Sendable {
  /// The method, in capitals.
  public var method: String
  /// The absolute URL, percent-encoded.
  public var url: String
  /// The header fields, in the order in which they are sent.
  public var headers: [HTTPField]
  /// The body, or nil for none.
  public var body: [UInt8]?
  /// How the server is authenticated, and we to it.
  public var tls: TLSOptions
  /// When to give up.
  public var deadlines: Deadlines
  /// The longest body that is accepted, in bytes; nil for an endless stream, whose reader bounds each part.
  public var bodyLimit: Int?
  /// Whether the transfer gets a connection of its own, which a long-lived watch should.
  public var ownConnection: Bool
  /// The proxy to go through, or nil for none.
  public var proxy: ProxyOptions?
  /// Whether the answer may come compressed; it is handed on uncompressed, and `bodyLimit` counts that.
  public var acceptsCompression: Bool
  /// Whether link-local addresses are refused, as written and as resolved: they belong to the node and its cloud, whose
  /// metadata service (169.254.169.254) hands out credentials.
  public var refusesLinkLocal: Bool

  /// A request with everything but method and URL at its default.
  public init(
    method: String = "GET", url: String, headers: [HTTPField] = [], body: [UInt8]? = nil, tls: TLSOptions = .system,
    deadlines: Deadlines = .request, bodyLimit: Int? = 16 << 20, ownConnection: Bool = false,
    proxy: ProxyOptions? = nil, acceptsCompression: Bool = false, refusesLinkLocal: Bool = false
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.tls = tls
    self.deadlines = deadlines
    self.bodyLimit = bodyLimit
    self.ownConnection = ownConnection
    self.proxy = proxy
    self.acceptsCompression = acceptsCompression
    self.refusesLinkLocal = refusesLinkLocal
  }
}

/// One header field.
public struct HTTPField: Hashable, Sendable {
  /// The name, as it is sent; names are compared without regard to case.
  public var name: String
  /// The value.
  public var value: String

  /// A field of that name and value.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// When a transfer is given up.
public struct Deadlines: Hashable, Sendable {
  /// To resolve the name, connect and finish the TLS handshake.
  public var connect: Duration
  /// From start to the last byte of the body; nil for an endless stream.
  public var total: Duration?
  /// Without a byte in either direction.
  public var idle: Duration

  /// Deadlines of your own.
  public init(connect: Duration, total: Duration?, idle: Duration) {
    self.connect = connect
    self.total = total
    self.idle = idle
  }

  /// For a request with a short answer: 5 s to connect, 30 s in all.
  public static let request = Deadlines(connect: .seconds(5), total: .seconds(30), idle: .seconds(30))
}

/// How TLS is done. Everything is held in memory; nothing is written to a file.
public struct TLSOptions: Hashable, Sendable {
  /// The certificate authorities to trust, as PEM; nil for the system's.
  public var certificateAuthorities: [UInt8]?
  /// Our certificate, as PEM.
  public var clientCertificate: [UInt8]?
  /// The private key of our certificate, as PEM.
  public var clientKey: [UInt8]?
  /// The name that the server's certificate must carry, if it is not the host of the URL.
  public var serverName: String?
  /// Whether the server's certificate goes unchecked. For a kubeconfig that asks for it, never by default.
  public var insecureSkipVerify: Bool
  /// Whether a certificate is refused that names its host in its common name only. OpenSSL accepts it; Go has not since
  /// 1.15 (https://go.dev/doc/go1.15#commonname).
  public var requiresAlternativeName: Bool

  /// Options of your own.
  public init(
    certificateAuthorities: [UInt8]? = nil, clientCertificate: [UInt8]? = nil, clientKey: [UInt8]? = nil,
    serverName: String? = nil, insecureSkipVerify: Bool = false, requiresAlternativeName: Bool = false
  ) {
    self.certificateAuthorities = certificateAuthorities
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
    self.serverName = serverName
    self.insecureSkipVerify = insecureSkipVerify
    self.requiresAlternativeName = requiresAlternativeName
  }

  /// The system's certificate authorities, no certificate of ours.
  public static let system = TLSOptions()
}
