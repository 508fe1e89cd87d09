// SPDX-License-Identifier: Apache-2.0

/// A reason of a condition: one word in CamelCase that programs can rely on, with its meaning and remedy for people.
///
/// ``all`` is the documented table; a page of the documentation is made from it.
public struct ConditionReason: Hashable, Sendable {
  /// What stands in `reason`.
  public let name: String
  /// The conditions that can have it.
  public let conditions: [ConditionType]
  /// The status that those conditions have with it.
  public let status: String
  /// What it means.
  public let meaning: String
  /// What a person can do.
  public let remedy: String

  init(_ name: String, _ conditions: [ConditionType], status: String, meaning: String, remedy: String) {
    self.name = name
    self.conditions = conditions
    self.status = status
    self.meaning = meaning
    self.remedy = remedy
  }

  /// Every reason, in the order of the documentation.
  public static let all: [ConditionReason] = [
    .ready, .agentsNotReady, .backendNotReady, .gatewayNotReady, .applyFailed, .namespaceNotFound, .progressing,
    .invalidSpec, .nodesAlreadyObserved, .notPermitted, .nodePolicyMissing, .childRefused, .immutableFieldChanged,
    .kindNotServed, .definitionOutdated, .allReady, .rollingOut, .minimumAvailable, .noEligibleNodes, .podsFailing,
    .podSecurityForbids, .podsNotCreated, .notCreated, .reachable, .serviceNotFound, .serviceNotUsable, .addressRefused,
    .unreachable,
    .tlsFailed, .redirected, .unauthorized, .refused, .notVictoriaMetrics, .secretNotFound, .secretKeyMissing,
    .authoritiesUnreadable, .credentialsNotURLSafe, .authenticationFailed, .missingGrant, .databaseMissing,
    .versionTooOld, .ambiguousCluster, .keeperUnresolvable, .readOnlyReplica, .diskFull, .notClickHouse,
    .schemaConflict, .delivering, .replicasNotReady, .replicasDraining, .claimPending, .claimDiffers, .queueFilling,
    .destinationRefuses,
    .dataRejected,
    .logsSentTwice, .corootNotReady, .namespaceTaken, .operating, .serversNotReady, .integrating, .serverUnreachable,
    .unexpectedAnswer, .loginRefused, .administrationLocked, .projectMissing, .keylessAccepted, .integrationRefused,
    .migrationFailed, .metricsUnreadable, .cacheLagging, .noData, .uiNotExposed, .exposed, .notRequested,
    .gatekeeperNotReady, .sessionMissing, .clientNotReady, .certificateMissing, .ingressClassMissing, .addressPending,
    .dashboardsNotPublished, .published, .publishedByOlder, .grafanaOperatorMissing, .victoriaMetricsOperatorMissing,
    .grafanaNamespaceMissing, .grafanaMissing, .grafanaNotReady, .notImported, .rulesNotSelected, .rulesNotApplied,
    .notApplied, .admissionFailed,
  ]
}
