// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// What is stored for an integration, or is to be, as the API spells it. Nothing prints one: it holds passwords.
struct CorootForm: Equatable {
  let fields: JSONObject

  /// What is to be put.
  init(_ integration: CorootIntegration, of demand: CorootDemand) {
    fields = integration == .prometheus ? Self.prometheus(demand.prometheus) : Self.clickHouse(demand.clickHouse)
  }

  /// Reads an answer of GET: flat for Prometheus, below `form` for ClickHouse. Nil if it is none.
  init?(_ integration: CorootIntegration, stored answer: CorootAnswer) {
    let projection = integration == .prometheus ? JSONProjection.everything : .keeping([["form"]])
    let value = answer.object(projection)
    guard let fields = (integration == .prometheus ? value : value?["form"])?.object, fields["global"] != nil else {
      return nil
    }
    self.fields = fields
  }

  private static func prometheus(_ wanted: CorootPrometheus) -> JSONObject {
    [
      "global": false, "url": .string(wanted.url.description),
      "refresh_interval": .integer(Int64(refreshInterval(wanted.refreshIntervalMilliseconds))),
      "tls_skip_verify": false,
      "basic_auth": wanted.basicAuth.map { ["user": .string($0.username), "password": .string($0.password)] } ?? .null,
      "extra_selector": .string(wanted.extraSelector), "custom_headers": .null,
      "remote_write_url": .string(wanted.remoteWriteURL.description), "use_clickhouse": false,
    ]
  }

  /// What the server makes of an interval: whole seconds, and 30 s of less than one.
  private static func refreshInterval(_ milliseconds: Int) -> Int {
    milliseconds < 1000 ? 30_000 : milliseconds / 1000 * 1000
  }

  private static func clickHouse(_ wanted: CorootClickHouse) -> JSONObject {
    [
      "global": false, "protocol": "native", "addr": .string(wanted.address),
      "auth": ["user": .string(wanted.user), "password": .string(wanted.password.text)],
      "database": .string(wanted.database), "tls_enable": .bool(wanted.isTLS), "tls_skip_verify": false,
      // A file that cannot be read would end the server.
      "tls_ca_file": "",
    ]
  }

  /// The fields in which another form differs from this one, by name. Fields that this one does not know do not count.
  func differences(from other: CorootForm) -> [String] {
    fields.sortedByName().filter { name, value in Self.normal(other.fields[name]) != Self.normal(value) }.map(\.key)
  }

  /// Whether it has not been configured yet.
  var isUnset: Bool {
    let place = fields["url"] ?? fields["addr"]
    return place?.string?.isEmpty != false && fields["use_clickhouse"]?.bool != true
  }

  /// Whether a server hides its secrets, as it does from all but Admins.
  var isMasked: Bool { [fields["url"]?.string, fields["addr"]?.string].contains { $0?.hasSuffix("<hidden>") == true } }

  /// What of it must not be shown. Another client may have stored it, so it need not be among what is wanted.
  var secrets: [CorootSecret] {
    let logins = [fields["basic_auth"], fields["auth"]].compactMap { $0?["password"]?.string }
    let headers = (fields["custom_headers"]?.array ?? []).compactMap { $0["value"]?.string }
    return (logins + headers).map { CorootSecret($0) }
  }

  /// An empty list is as none.
  private static func normal(_ value: JSONValue?) -> JSONValue {
    guard let value, value.array?.isEmpty != true else { return .null }
    return value
  }
}
