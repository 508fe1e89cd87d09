// SPDX-License-Identifier: Apache-2.0

/// Reasons of CorootAvailable.
extension ConditionReason {
  /// The Coroot server does not run as it should.
  public static let corootNotReady = ConditionReason(
    "CorootNotReady", [.ready], status: "False",
    meaning: "The Coroot server or its cluster-agent does not run, or is not wired to its storage.",
    remedy: "See CorootAvailable.")
  /// Another object runs a Coroot server in the same namespace.
  public static let namespaceTaken = ConditionReason(
    "NamespaceTaken", [.ready, .stalled], status: "False, or True for Stalled",
    meaning:
      "Another object with mode Full has the same spec.namespace, and two Coroot servers would share it. It keeps "
      + "the namespace because its servers are there already or, if no object's are, because it is older.",
    remedy: "Use mode AgentsOnly, or delete this object and create it again with another spec.namespace.")
  /// The server answers, is wired to its storage, and has data.
  public static let operating = reason(
    "Operating", status: "True",
    "Every server is ready and wired to VictoriaMetrics and ClickHouse, and the agents' data arrives.",
    "Nothing is to be done.")
  /// The server or the cluster-agent is being started or replaced, or fails.
  public static let serversNotReady = reason(
    "ServersNotReady", "The server or the cluster-agent is being started or replaced, or fails.",
    "See the message; it has the counts, and what the pods say.")
  /// The integrations are being set, or the servers restarted after it.
  public static let integrating = reason(
    "Integrating",
    "The server's integrations with VictoriaMetrics and ClickHouse are being set, or the servers are restarted with "
      + "them. Traces and logs wait in the gateway meanwhile.", "Wait; the message says what for.")
  /// The server cannot be reached.
  public static let serverUnreachable = reason(
    "ServerUnreachable", "The server is ready, and the operator cannot reach its API.",
    "Check network policies between the operator and the server; the message has the address and the cause.")
  /// What answers is not Coroot's API.
  public static let unexpectedAnswer = reason(
    "UnexpectedAnswer", "The server's API answered with an error or with something that this release cannot read.",
    "Read the server's log, and compare spec.images.coroot with the version of this release.")
  /// The server does not accept the password.
  public static let loginRefused = reason(
    "LoginRefused",
    "The server does not accept the operator's password: it was changed in the user interface, or the Secret was.",
    "Change the password back, or write the present one into the Secret; the message has both commands.")
  /// The API is closed to the operator.
  public static let administrationLocked = reason(
    "AdministrationLocked",
    "The operator has no administrator's session: the server has an anonymous role, or the user admin lost its role.",
    "Remove AUTH_ANONYMOUS_ROLE, or give the user admin the role Admin again.")
  /// The project is missing.
  public static let projectMissing = reason(
    "ProjectMissing", "The server lacks a project that its configuration declares.",
    "Read the server's log; delete its pods if the project was deleted by hand.")
  /// Data is taken from anyone.
  public static let keylessAccepted = reason(
    "KeylessAccepted", "The server takes data without an API key, so that anyone who reaches it can write.",
    "Delete the project named default, and any key of zeros, in the user interface; the message names the project.")
  /// The server refused an integration.
  public static let integrationRefused = reason(
    "IntegrationRefused", "The server could not connect to VictoriaMetrics or ClickHouse, and refused the setting.",
    "Read the message; it has the server's cause. The server's own network policies and DNS may differ from the "
      + "operator's.")
  /// The server could not make its tables.
  public static let migrationFailed = reason(
    "MigrationFailed", "The server stored the integration and could not make its tables in ClickHouse.",
    "Read the message; it has ClickHouse's answer. The server tries again, and so does the operator.")
  /// The server cannot read the metrics.
  public static let metricsUnreadable = reason(
    "MetricsUnreadable", "The server cannot query VictoriaMetrics.",
    "Read the message; it has the server's cause.")
  /// The server is behind.
  public static let cacheLagging = reason(
    "CacheLagging", "The server's cache of metrics is behind, as it is for a while after a restart.",
    "Wait; if it stays, give the servers more processor time, or VictoriaMetrics.")
  /// No data of agents arrives.
  public static let noData = reason(
    "NoData", "The server is wired to its storage, and finds no metrics of agents in it.",
    "See AgentsAvailable and MetricsBackendReady: agents must write to the storage that the server reads.")

  private static func reason(
    _ name: String, status: String = "False", _ meaning: String, _ remedy: String
  ) -> ConditionReason {
    ConditionReason(name, [.corootAvailable], status: status, meaning: meaning, remedy: remedy)
  }
}
