// SPDX-License-Identifier: Apache-2.0

/// Reasons of MetricsBackendReady and ClickHouseReady.
extension ConditionReason {
  /// The backend answered and suits.
  public static let reachable = ConditionReason(
    "Reachable", [.metricsBackendReady, .clickHouseReady], status: "True",
    meaning: "The backend answered and suits.",
    remedy: "Nothing is to be done.")
  /// The backend has not been asked yet.
  public static let unchecked = ConditionReason(
    "Unchecked", [.metricsBackendReady, .clickHouseReady], status: "Unknown",
    meaning: "The backend has not been asked yet.",
    remedy: "Wait for the first check.")
  /// The Service of the backend does not exist.
  public static let serviceNotFound = ConditionReason(
    "ServiceNotFound", [.metricsBackendReady, .clickHouseReady], status: "False",
    meaning: "The Service of the backend does not exist.",
    remedy:
      "Switch on monitoring for the tenant, correct the name of the storage or application, or give explicit URLs.")
  /// No connection could be made, or none in time.
  public static let unreachable = ConditionReason(
    "Unreachable", [.metricsBackendReady, .clickHouseReady], status: "False",
    meaning: "No connection could be made, or none in time.",
    remedy: "Check the Service's endpoints and network policies; agents keep metrics in their spool meanwhile.")
  /// The backend's certificate is not trusted or does not name the host.
  public static let tlsFailed = ConditionReason(
    "TLSFailed", [.metricsBackendReady, .clickHouseReady], status: "False",
    meaning: "The backend's certificate is not trusted or does not name the host.",
    remedy: "Set caSecretRef to the certificate authority, or correct the host in the URL.")
  /// The backend does not accept the credentials.
  public static let unauthorized = ConditionReason(
    "Unauthorized", [.metricsBackendReady, .clickHouseReady], status: "False",
    meaning: "The backend does not accept the credentials.",
    remedy: "Correct the Secret that the message names.")
  /// The backend answered with an error.
  public static let refused = ConditionReason(
    "Refused", [.metricsBackendReady, .clickHouseReady], status: "False",
    meaning: "The backend answered with an error.",
    remedy: "Read the message; it has the status and the start of the answer.")
  /// What answers at the URL does not speak VictoriaMetrics' protocol.
  public static let notVictoriaMetrics = ConditionReason(
    "NotVictoriaMetrics", [.metricsBackendReady], status: "False",
    meaning: "What answers at the URL does not speak VictoriaMetrics' protocol.",
    remedy: "Give the whole path, such as /insert/0/prometheus/api/v1/write for a cluster.")
  /// A Secret that the specification names does not exist.
  public static let secretNotFound = ConditionReason(
    "SecretNotFound", [.metricsBackendReady, .clickHouseReady], status: "False",
    meaning: "A Secret that the specification names does not exist.",
    remedy: "Create the Secret in the namespace of spec.namespace.")
  /// A Secret does not have the key that is needed.
  public static let secretKeyMissing = ConditionReason(
    "SecretKeyMissing", [.metricsBackendReady, .clickHouseReady], status: "False",
    meaning: "A Secret does not have the key that is needed.",
    remedy: "Add the key that the message names.")
  /// User or password hold characters that the agent cannot carry in its URL.
  public static let credentialsNotURLSafe = ConditionReason(
    "CredentialsNotURLSafe", [.metricsBackendReady], status: "False",
    meaning: "User or password hold characters that the agent cannot carry in its URL.",
    remedy: "Use letters, digits and - . _ ~ in the Secret's username and password.")
  /// ClickHouse answers, but its version, grants or cluster do not suit Coroot.
  public static let unsuitable = ConditionReason(
    "Unsuitable", [.clickHouseReady], status: "False",
    meaning: "ClickHouse answers, but its version, grants or cluster do not suit Coroot.",
    remedy: "Read the message; it names the grant, version or cluster.")
}
