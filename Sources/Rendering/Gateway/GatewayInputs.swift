// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// What the gateway is rendered from beside the object: the resolved destinations, with their secrets.
///
/// A signal without a destination has no pipeline. Without any destination nothing is rendered.
public struct GatewayInputs: Hashable, Sendable {
  /// Where traces are sent.
  public var traces: Destination<TracesStorage>?
  /// Where logs are sent.
  public var logs: Destination<LogsStorage>?
  /// A salted hash of all secret values; the pods roll when it changes.
  public var secretsHash: String?
  /// The namespace of the operator's pods, which read the gateway's metrics; nil for an operator outside the cluster.
  public var operatorNamespace: String?

  /// Inputs made of their parts.
  public init(
    traces: Destination<TracesStorage>? = nil, logs: Destination<LogsStorage>? = nil, secretsHash: String? = nil,
    operatorNamespace: String? = nil
  ) {
    self.traces = traces
    self.logs = logs
    self.secretsHash = secretsHash
    self.operatorNamespace = operatorNamespace
  }

  /// Where the traces go.
  public enum TracesStorage: Hashable, Sendable {
    /// To the table `otel_traces` of a ClickHouse.
    case clickHouse(ClickHouseServer)
    /// To VictoriaTraces, given the base of its API.
    case victoriaTraces(HTTPURL)
    /// To any OTLP/HTTP endpoint: its base, or its whole address ending in `/v1/traces`.
    case otlp(HTTPURL)
    /// To the object's own Coroot server, given the base of its ingestion.
    case coroot(HTTPURL)
  }

  /// Where the logs go.
  public enum LogsStorage: Hashable, Sendable {
    /// To the table `otel_logs` of a ClickHouse.
    case clickHouse(ClickHouseServer)
    /// To a tenant of VictoriaLogs, given the base of its API.
    case victoriaLogs(HTTPURL, VictoriaLogsTenant = VictoriaLogsTenant())
    /// To any OTLP/HTTP endpoint: its base, or its whole address ending in `/v1/logs`.
    case otlp(HTTPURL)
    /// To the object's own Coroot server, given the base of its ingestion.
    case coroot(HTTPURL)
  }

  /// A ClickHouse and the database that the operator made its tables in.
  public struct ClickHouseServer: Hashable, Sendable {
    /// A DNS name, an IPv4 address, or an IPv6 address in brackets.
    public var host: String
    /// The port of the native protocol.
    public var nativePort: Int64
    /// Whether the port speaks TLS.
    public var isTLS: Bool
    /// The user who inserts.
    public var user: String
    /// The database of the tables.
    public var database: String

    /// A server made of its parts.
    public init(host: String, nativePort: Int64, isTLS: Bool, user: String, database: String) {
      self.host = host
      self.nativePort = nativePort
      self.isTLS = isTLS
      self.user = user
      self.database = database
    }
  }

  /// A tenant of VictoriaLogs; `0:0` unless told otherwise.
  public struct VictoriaLogsTenant: Hashable, Sendable {
    /// The header `AccountID`.
    public var accountID: UInt32
    /// The header `ProjectID`.
    public var projectID: UInt32

    /// A tenant made of its parts.
    public init(accountID: UInt32 = 0, projectID: UInt32 = 0) {
      self.accountID = accountID
      self.projectID = projectID
    }
  }

  /// The resolved destination of one signal.
  public struct Destination<Storage: Hashable & Sendable>: Hashable, Sendable {
    /// Where the data goes.
    public var storage: Storage
    /// The password of the ClickHouse user; nil for none. Other storages do not use it.
    public var password: SecretText?
    /// Headers added to each request, such as `Authorization`. ClickHouse does not use them.
    public var headers: [GatewayHeader]
    /// The certificates that the server's is verified with, as PEM; nil for those of the image.
    public var certificateAuthority: [UInt8]?
    /// Where packets go once Services are resolved; nil to judge by the address alone.
    public var network: PlatformFacts.Destination?

    /// A destination made of its parts.
    public init(
      _ storage: Storage, password: SecretText? = nil, headers: [GatewayHeader] = [],
      certificateAuthority: [UInt8]? = nil, network: PlatformFacts.Destination? = nil
    ) {
      self.storage = storage
      self.password = password
      self.headers = headers
      self.certificateAuthority = certificateAuthority
      self.network = network
    }
  }
}

/// A header of requests to a destination, with a secret value.
public struct GatewayHeader: Hashable, Sendable {
  /// The header's name.
  public let name: String
  let value: SecretText

  /// Nil if the name is not a token, or the value holds a control character other than a tab, or has white space at an
  /// end.
  ///
  /// Go's HTTP client refuses the former on every attempt (`golang.org/x/net/http/httpguts`, ValidHeaderFieldName and
  /// ValidHeaderFieldValue), and the queue would fill for ever. White space at an end is not part of a value in HTTP
  /// (RFC 9110, section 5.5): Go trims it, and the destination would be sent another value.
  public init?(name: String, value: SecretText) {
    guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte),
      value.text.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }),
      ![value.text.utf8.first, value.text.utf8.last].compactMap(\.self).contains(where: Self.isBlank)
    else { return nil }
    self.name = name
    self.value = value
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  /// RFC 9110, section 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
