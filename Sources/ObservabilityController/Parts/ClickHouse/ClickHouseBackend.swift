// SPDX-License-Identifier: Apache-2.0

import Backends
import HTTPTransport
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

/// The ClickHouse of one object, with everything that is needed to ask it and to send to it.
struct ClickHouseBackend: LoggedBackend {
  static let name = "clickhouse"

  var access: ClickHouseAccess
  /// Where this was taken from: `ClickHouse tenant-root/coroot`, or the name of a field.
  var source: String
  /// The Secret with the password, for messages; nil for none.
  var secret: String?
  /// Where packets go, as far as the cluster told; nil leaves it to the host.
  var network: PlatformFacts.Destination?
  /// Changes when the contents of the Secrets do.
  var secretsHash: String
  /// Whether it last took what it is to keep; nil as long as it has not answered.
  var isReady: Bool?

  var metadata: Logger.Metadata { ["from": "\(source)", "address": "\(access.address)"] }
}

/// Whether a ClickHouse takes what it is to keep.
struct ClickHouseQuestion: BackendQuestion {
  let access: ClickHouseAccess
  private let demand: ClickHouseDemand

  init(_ backend: ClickHouseBackend, _ spec: ObservabilitySpec) {
    access = backend.access
    demand = ClickHouseDemand(spec)
  }

  /// The tables are there by then; what is asked is whether the server still answers, and has room.
  static var healthyInterval: Duration { .seconds(300) }

  static func isGood(_ answer: ClickHouseVerdict) -> Bool { answer.isReady }

  /// A Coroot server drops what it cannot store, so that an outage must be noticed sooner: data waits in the gateway then.
  func interval(after answer: ClickHouseVerdict, failures: Int) -> Duration {
    failures == 0 && demand.purpose == .coroot
      ? .seconds(60) : Self.interval(after: failures)
  }

  /// Asks over HTTP; the check bounds its time.
  func ask(_ transport: any HTTPTransport) async -> ClickHouseVerdict {
    await ClickHouseCheck(transport: transport).run(access, demand)
  }
}

extension ClickHouseDemand {
  /// What an object demands of its ClickHouse.
  init(_ spec: ObservabilitySpec) {
    guard spec.mode == .agentsOnly else {
      self.init(
        database: spec.coroot.database, purpose: .coroot, cluster: spec.clickHouse?.cluster,
        ignore: spec.clickHouse?.ignore ?? [])
      return
    }
    func retention(_ isKept: Bool, _ route: SignalRoute) -> Retention? {
      // The schema lets nothing else pass than days: 7d.
      isKept ? Int(route.retention.dropLast()).map(Retention.days) ?? .forever : nil
    }
    self.init(
      database: spec.clickHouse?.database ?? ClickHouse.defaultDatabase,
      purpose: .ownSchema(
        traces: retention(spec.traces.destination == .clickHouse, spec.traces.route),
        logs: retention(spec.logs.destination == .clickHouse, spec.logs.route)),
      cluster: spec.clickHouse?.cluster,
      ignore: spec.clickHouse?.ignore ?? [])
  }
}
