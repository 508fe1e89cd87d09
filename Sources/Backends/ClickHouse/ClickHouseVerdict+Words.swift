// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import ObservabilityAPI

extension ClickHouseVerdict {
  /// What was found, as one sentence without the final stop.
  public var sentence: String {
    switch self {
    case .ready(let found):
      "ClickHouse\(found.version.map { " \($0)" } ?? "") serves database \(found.database)"
        + (found.cluster.map { " on cluster \($0)" } ?? "")
        + (found.ignored.isEmpty
          ? "" : "; ignored as spec.clickHouse.ignore says: \(found.ignored.map(\.rawValue).joined(separator: ", "))")
    case .unreachable(let address, let cause): "ClickHouse at \(address) does not answer: \(cause)"
    case .addressRefused(let address, let cause): "ClickHouse at \(address) is not queried: \(cause)"
    case .tlsFailed(let address, let cause, _, _): "ClickHouse at \(address) cannot be trusted: \(cause)"
    case .notClickHouse(let address, _, isNativePort: true):
      "ClickHouse at \(address) answers on the port of its native protocol, not on that of HTTP"
    case .notClickHouse(let address, let answered, isNativePort: false):
      "what answers at \(address) is not ClickHouse's HTTP interface: \(answered)"
    case .authenticationFailed(let address, let user, let cause):
      "ClickHouse at \(address) does not accept user \(user): \(cause)"
    case .missingGrant(let user, let grants):
      "user \(user) of ClickHouse lacks \(grants.count == 1 ? "the right" : "the rights") \(grants.joined(separator: ", "))"
    case .databaseMissing(let database, let user, let cause):
      "database \(database) of ClickHouse does not exist or is hidden from user \(user), who cannot create it: \(cause)"
    case .versionTooOld(let found): "ClickHouse \(found) is older than \(ClickHouseVersion.floor)"
    case .ambiguousCluster(let cause, _): "the cluster of ClickHouse is not safe to choose: \(cause)"
    case .keeperUnresolvable(let cause): "the Keeper of ClickHouse cannot be used: \(cause)"
    case .readOnlyReplica(let database, let tables):
      "tables of ClickHouse database \(database) are read-only: \(tables.prefix(5).joined(separator: ", "))"
        + (tables.count > 5 ? " and \(tables.count - 5) more" : "")
    case .diskFull(let cause): "ClickHouse has too little space: \(cause)"
    case .overloaded(let address, let answered): "ClickHouse at \(address) cannot serve now: \(answered)"
    case .schemaConflict(let database, let table, let missing):
      "table \(table) of ClickHouse database \(database) was made by another program: it lacks "
        + (missing.isEmpty ? "what a table has" : "the columns \(missing.prefix(8).joined(separator: ", "))")
    case .queryFailed(let doing, let answered): "ClickHouse refused to \(doing): \(answered)"
    }
  }

  /// What to do about it, as one sentence without the final stop; nothing if all is well.
  public var remedy: String {
    switch self {
    case .ready: ""
    case .unreachable(let address, _):
      "Check that \(Self.service(address)) exists and has ready endpoints, or set spec.clickHouse.endpoint.host and "
        + "httpPort, or spec.clickHouse.application"
    case .addressRefused:
      "Set spec.clickHouse.endpoint.host to a ClickHouse; link-local addresses belong to the node and its cloud"
    case .tlsFailed(let address, _, let fault, let hasAuthorities): Self.remedy(fault, address, hasAuthorities)
    case .notClickHouse(_, _, isNativePort: true):
      "Set spec.clickHouse.endpoint.httpPort to the port of the HTTP interface (8123, with TLS 8443) and port to that of "
        + "the native protocol (9000, with TLS 9440)"
    case .notClickHouse:
      "Set spec.clickHouse.endpoint.host and httpPort to ClickHouse itself; spec.clickHouse.endpoint.tls tells whether "
        + "it speaks TLS"
    case .authenticationFailed:
      "Check the Secret named by spec.clickHouse.endpoint.passwordSecretRef and spec.clickHouse.endpoint.user; with "
        + "spec.clickHouse.application the user must be among the application's users"
    case .missingGrant(let user, let grants):
      "Run \(grants.map { "GRANT \($0) TO \(ClickHouseSQL.readable(user))" }.joined(separator: "; ")), or add "
        + "MissingGrant to spec.clickHouse.ignore"
    case .databaseMissing(let database, let user, _):
      "Create database \(database), or run GRANT CREATE DATABASE ON \(ClickHouseSQL.readable(database)).* TO "
        + "\(ClickHouseSQL.readable(user)), or set spec.clickHouse.database"
    case .versionTooOld: "Upgrade ClickHouse, or add VersionTooOld to spec.clickHouse.ignore"
    case .ambiguousCluster(_, let clusters):
      "Set spec.clickHouse.cluster\(clusters.isEmpty ? "" : " to one of \(clusters.prefix(8).joined(separator: ", "))"), "
        + "or use a ClickHouse with one shard, one replica and no Keeper, or add AmbiguousCluster to "
        + "spec.clickHouse.ignore"
    case .keeperUnresolvable:
      "Check Keeper's pods and the host names under <zookeeper> in ClickHouse's configuration (Cozystack renders them "
        + "wrong, cozystack#2333), or use an application with clickhouseKeeper.enabled: false, or add "
        + "KeeperUnresolvable to spec.clickHouse.ignore"
    case .readOnlyReplica:
      "Check the connection to Keeper and run SYSTEM RESTORE REPLICA, or add ReadOnlyReplica to spec.clickHouse.ignore"
    case .diskFull: "Enlarge the volume or keep data for a shorter time, or add DiskFull to spec.clickHouse.ignore"
    case .overloaded(let address, _): "Check the load and the pods behind \(Self.service(address)); it is queried again"
    case .schemaConflict(let database, let table, _):
      "Set spec.clickHouse.database to a database of its own, or rename table \(table) of database \(database)"
    case .queryFailed: "Check the log of ClickHouse; if the statement is at fault, report it"
    }
  }

  private static func remedy(_ fault: TLSFault, _ address: String, _ hasAuthorities: Bool) -> String {
    let reference = "spec.clickHouse.endpoint.caSecretRef"
    let host = "spec.clickHouse.endpoint.host"
    return switch fault {
    case .unknownAuthority, .unreadableAuthorities:
      hasAuthorities
        ? "Put the certificate of the authority that signed it into the Secret named by \(reference)"
        : "Set \(reference) to a Secret with the certificate of the authority that signed it"
    case .expired: "Renew the certificate of \(address)"
    case .notYetValid: "Check the clocks of this node and of the authority, or renew the certificate of \(address)"
    case .wrongName: "Correct \(host), or give \(address) a certificate that names it"
    case .noAlternativeName:
      "Give \(address) a certificate with the host as subject alternative name: the collector, written in Go, reads no "
        + "common name"
    case .unfitCertificate: "Replace the certificate of \(address)"
    case .clientCertificate: "Let \(address) accept clients without a certificate"
    case .notTLS: "Set spec.clickHouse.endpoint.tls to false, or correct spec.clickHouse.endpoint.httpPort"
    case .version: "Let \(address) speak TLS 1.2 or later"
    case .handshake: "Check the TLS settings of \(address)"
    }
  }

  /// `Service namespace/name` for a name inside the cluster, the address itself for any other.
  private static func service(_ address: String) -> String {
    let name = String(address.split(separator: ":").first ?? "")
    guard name.contains("."), let service = ClusterService(host: name, from: "") else { return address }
    return "Service \(service.namespace)/\(service.name)"
  }
}
