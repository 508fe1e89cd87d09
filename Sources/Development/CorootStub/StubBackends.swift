// SPDX-License-Identifier: Apache-2.0

public import JSON

/// How the backends behave that the server connects to. Texts are those of Go and of ClickHouse's driver, as recorded.
public struct StubBackends: Sendable {
  /// A server of Prometheus' query API.
  public struct Prometheus: Sendable {
    /// What happens when it is queried.
    public enum Behaviour: Hashable, Sendable {
      case answers
      /// It answers queries with this status line: `403 Forbidden`.
      case status(String)
      /// The connection is refused by that address.
      case refuses(address: String)
      /// The name is unknown to the resolver at that address.
      case unresolved(resolver: String)
      /// It accepts the connection and never answers.
      case hangs
    }

    /// What happens when it is queried.
    public var behaviour: Behaviour
    /// The login that it wants, as `user:password`; nil for none.
    public var login: String?
    /// Whether it shows a certificate that only ``StubConfiguration/trustsAuthority`` makes trusted.
    public var isPrivate: Bool

    /// A server of that behaviour.
    public init(_ behaviour: Behaviour = .answers, login: String? = nil, isPrivate: Bool = false) {
      self.behaviour = behaviour
      self.login = login
      self.isPrivate = isPrivate
    }
  }

  /// A ClickHouse, on the port of its native protocol.
  public struct ClickHouse: Sendable {
    /// What happens when it is connected to.
    public enum Behaviour: Hashable, Sendable {
      case answers, refuses, hangs
      /// It answers, and a statement of the migration fails with this text.
      case failsMigration(String)
    }

    /// What happens when it is connected to.
    public var behaviour: Behaviour
    /// Passwords by user; empty accepts every login.
    public var passwords: [String: String]
    /// The databases that exist; empty for any.
    public var databases: Set<String>
    /// Whether the port speaks TLS, with a certificate that must be made trusted.
    public var isTLS: Bool
    /// What GET of the integration shows of it.
    public var info: JSONObject
    /// How long its tables take to be created: up to 180 s on a cluster with a host that is away.
    public var migrationTime = Duration.zero

    /// A ClickHouse made of its parts.
    public init(
      _ behaviour: Behaviour = .answers, passwords: [String: String] = [:], databases: Set<String> = [],
      isTLS: Bool = false, info: JSONObject = [:]
    ) {
      self.behaviour = behaviour
      self.passwords = passwords
      self.databases = databases
      self.isTLS = isTLS
      self.info = info
    }
  }

  /// Servers by host and port. One that is not named refuses.
  public var prometheus: [String: Prometheus]
  /// ClickHouse by host and port. One that is not named refuses.
  public var clickHouse: [String: ClickHouse]
  /// The address from which the server connects, as it stands in errors.
  public var client = "10.244.0.9:40000"

  /// Backends by their addresses.
  public init(prometheus: [String: Prometheus] = [:], clickHouse: [String: ClickHouse] = [:]) {
    self.prometheus = prometheus
    self.clickHouse = clickHouse
  }
}

/// Why a backend cannot be used, and after how long.
struct BackendFault {
  let text: String
  var delay: Duration = .zero
}

extension StubBackends {
  /// Tests a Prometheus integration by a query; nil if it works.
  func fault(of form: PrometheusForm, trusting: Bool) -> BackendFault? {
    guard let url = GoURL(form.url) else { return BackendFault(text: "invalid URL") }
    let request = "Post \"\(form.url.hasSuffix("/") ? String(form.url.dropLast()) : form.url)/api/v1/query_range\": "
    guard ["http", "https"].contains(url.scheme) else {
      return BackendFault(text: request + "unsupported protocol scheme \"\(url.scheme)\"")
    }
    let server = prometheus[url.host] ?? Prometheus(.refuses(address: url.host))
    switch server.behaviour {
    case .refuses(let address): return BackendFault(text: request + "dial tcp \(address): connect: connection refused")
    case .unresolved(let resolver):
      let name = url.host.prefix { $0 != ":" }
      return BackendFault(text: request + "dial tcp: lookup \(name) on \(resolver): no such host")
    case .hangs: return BackendFault(text: request + "context deadline exceeded", delay: .seconds(5))
    case .status(let line): return BackendFault(text: line)
    case .answers: break
    }
    if server.isPrivate, !trusting, !form.skipsVerification {
      return BackendFault(
        text: request + "tls: failed to verify certificate: x509: certificate signed by unknown authority")
    }
    let login = form.basicAuth.map { "\($0.user):\($0.password)" } ?? url.login
    return server.login == nil || server.login == login ? nil : BackendFault(text: "401 Unauthorized")
  }

  /// Connects as the driver does and pings; nil if it works.
  func fault(of form: ClickHouseForm, trusting: Bool) -> BackendFault? {
    if form.scheme.isEmpty { return BackendFault(text: "unknown protocol: ") }
    let server = clickHouse[form.address] ?? ClickHouse(.refuses)
    switch server.behaviour {
    case .refuses: return BackendFault(text: "dial tcp \(form.address): connect: connection refused")
    case .hangs: return BackendFault(text: "context deadline exceeded", delay: .seconds(10))
    case .answers, .failsMigration: break
    }
    switch (form.isTLS, server.isTLS) {
    case (true, false): return BackendFault(text: "EOF")
    case (false, true):
      return BackendFault(text: "read: read tcp \(client)->\(form.address): read: connection reset by peer")
    case (true, true) where !trusting && !form.skipsVerification && form.authorityFile.isEmpty:
      return BackendFault(text: "tls: failed to verify certificate: x509: certificate signed by unknown authority")
    default: break
    }
    if !server.passwords.isEmpty, server.passwords[form.user] != form.password {
      let cause = "Authentication failed: password is incorrect, or there is no user with such name."
      return BackendFault(text: "code: 516, message: \(form.user): \(cause) (AUTHENTICATION_FAILED)")
    }
    if !server.databases.isEmpty, !server.databases.contains(form.database) {
      return BackendFault(text: "code: 81, message: Database \(form.database) does not exist. (UNKNOWN_DATABASE)")
    }
    return nil
  }

  /// Creates the tables of a project; nil if that works.
  func migrationFault(of form: ClickHouseForm, trusting: Bool) -> BackendFault? {
    let server = clickHouse[form.address] ?? ClickHouse(.refuses)
    switch server.behaviour {
    case .refuses: return BackendFault(text: "dial: dial tcp \(form.address): connect: connection refused")
    case .hangs:
      let cause = "handshake: failed: packet: uvarint: read: read: read tcp \(client)->\(form.address): i/o timeout"
      return BackendFault(text: "connect: \(cause)", delay: .seconds(10))
    case .failsMigration(let text): return BackendFault(text: text)
    // The text of a refused login in a migration is not recorded; that of the test stands for it.
    case .answers: return fault(of: form, trusting: trusting)
    }
  }
}
