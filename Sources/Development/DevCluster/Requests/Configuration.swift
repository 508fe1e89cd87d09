// SPDX-License-Identifier: Apache-2.0

import JSON
import Logging

/// How an ``APIServer`` behaves.
public struct APIServerConfiguration: Sendable {
  /// Who comes with which bearer token. A token that is not here gets 401.
  public var tokens: [String: Identity] = [:]
  /// Who comes without a token.
  public var tokenless = Identity.anonymous
  /// Whether the controllers run: garbage collection, namespaces, DaemonSets and the workloads' status.
  ///
  /// Without them the server is alone, as kube-apiserver is without kube-controller-manager.
  public var runsControllers = true
  /// How many changes are remembered; a watch from before them gets 410 Expired.
  public var historyLimit = 4096
  /// How many frames may wait for a client that does not read; then its watch ends.
  public var watchBuffer = 8192
  /// The largest request body in bytes (3 MiB, as the real server has it).
  public var bodyLimit = 3 << 20
  /// How often a watch that allows it gets a bookmark.
  public var bookmarkInterval = Duration.seconds(60)
  /// The seed of uids and of generated names.
  public var seed = UInt64.random(in: .min ... .max)
  /// The clock.
  public var now: @Sendable () -> Timestamp = Timestamp.wallClock
  /// The Pod Security level of namespaces that have no label for it (`defaults.enforce` of `PodSecurityConfiguration`).
  /// Talos has `baseline`.
  public var podSecurityDefault = "privileged"
  /// The StorageClasses that give volumes.
  public var storageClasses: Set<String> = ["standard", "fast"]
  /// The one of them that is the default; nil for none.
  public var defaultStorageClass: String? = "standard"
  /// What becomes of each pod of a DaemonSet.
  public var podFate: @Sendable (_ pod: JSONValue, _ node: JSONValue) -> PodFate = { _, _ in .ready }
  /// How the server waits: for the next bookmark, the end of a watch, the end of a delay. Throws when its task is
  /// cancelled.
  public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  /// What goes wrong on purpose.
  public var faults = FaultPlan.none
  /// Stands in for admission policies and webhooks, which this server has none of: why a change is refused, or nil.
  public var admission: @Sendable (AdmissionRequest) -> String? = { _ in nil }
  /// What the stand-ins of the Grafana operator and the VictoriaMetrics operator do.
  public var neighbours = Neighbours()
  /// Where the server tells what it and its controllers do.
  public var logger = Logger(label: "devcluster")

  /// The defaults, with one cluster admin of that token.
  public init(adminToken: String) { tokens[adminToken] = .admin }
}
