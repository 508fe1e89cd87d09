// SPDX-License-Identifier: Apache-2.0

/// Reasons of MetricsBackendReady, some of which ClickHouseReady and GatewayAvailable have too.
extension ConditionReason {
  /// The backend answered as it should.
  public static let reachable = ConditionReason(
    "Reachable", [.metricsBackendReady, .clickHouseReady], status: "True",
    meaning: "The backend answered as it should.",
    remedy: "Nothing is to be done.")
  /// The Service of the backend does not exist.
  public static let serviceNotFound = ConditionReason(
    "ServiceNotFound", [.metricsBackendReady, .clickHouseReady, .gatewayAvailable], status: "False",
    meaning: "The Service of the backend does not exist.",
    remedy:
      "Switch on monitoring for the tenant or create the ClickHouse application, correct the name, or give an explicit "
      + "address.")
  /// The Service of the backend cannot be used.
  public static let serviceNotUsable = ConditionReason(
    "ServiceNotUsable", [.metricsBackendReady, .clickHouseReady, .gatewayAvailable], status: "False",
    meaning: "The Service of the backend is an alias (type ExternalName) that leads out of the cluster or in a circle.",
    remedy: "Give an explicit address instead of tenant, or correct the Service.")
  /// No connection could be made, or none in time.
  public static let unreachable = ConditionReason(
    "Unreachable", [.metricsBackendReady, .clickHouseReady], status: "False",
    meaning: "No connection could be made, or none in time.",
    remedy: "Check the Service's endpoints and network policies; agents keep metrics in their spool meanwhile, and the "
      + "gateway traces and logs in its queue.")
  /// TLS with the backend failed.
  public static let tlsFailed = ConditionReason(
    "TLSFailed", [.metricsBackendReady, .clickHouseReady], status: "False",
    meaning:
      "The backend was reached, but not over TLS that agent and gateway would accept: its certificate is not trusted, has "
      + "expired, does not name the host, or names it in its common name only.",
    remedy: "Read the message; it has the cause, and the field to set or the certificate to renew.")
  /// The URL leads to a link-local address.
  public static let addressRefused = ConditionReason(
    "AddressRefused", [.metricsBackendReady, .clickHouseReady, .gatewayAvailable], status: "False",
    meaning: "The URL leads to a link-local address (169.254.0.0/16, fe80::/10), as written or by DNS; such an address "
      + "belongs to the node and its cloud, whose metadata service hands out credentials.",
    remedy: "Set the address to that of the storage.")
  /// The URL answers with a redirection.
  public static let redirected = ConditionReason(
    "Redirected", [.metricsBackendReady], status: "False",
    meaning: "The URL answers with a redirection.",
    remedy: "Read the message; it has the address to set, unless that is a login page.")
  /// The backend does not accept the credentials.
  public static let unauthorized = ConditionReason(
    "Unauthorized", [.metricsBackendReady], status: "False",
    meaning: "The backend does not accept the credentials.",
    remedy: "Correct the Secret that the message names.")
  /// The backend answered with an error.
  public static let refused = ConditionReason(
    "Refused", [.metricsBackendReady, .clickHouseReady], status: "False",
    meaning: "The backend answered with an error.",
    remedy: "Read the message; it has the status and the start of the error.")
  /// The server at the URL does not speak VictoriaMetrics' protocol.
  public static let notVictoriaMetrics = ConditionReason(
    "NotVictoriaMetrics", [.metricsBackendReady], status: "False",
    meaning: "The server at the URL does not speak VictoriaMetrics' protocol.",
    remedy: "Give the whole path, such as /insert/0/prometheus/api/v1/write for a cluster.")
  /// A Secret that the specification names does not exist.
  public static let secretNotFound = ConditionReason(
    "SecretNotFound",
    [.metricsBackendReady, .clickHouseReady, .gatewayAvailable, .corootAvailable, .uiExposed], status: "False",
    meaning: "A Secret that the specification names does not exist.",
    remedy: "Create the Secret in the namespace of spec.namespace.")
  /// A Secret does not have the key that is needed.
  public static let secretKeyMissing = ConditionReason(
    "SecretKeyMissing",
    [.metricsBackendReady, .clickHouseReady, .gatewayAvailable, .corootAvailable, .uiExposed], status: "False",
    meaning: "A Secret does not have the key that is needed.",
    remedy: "Add the key that the message names.")
  /// A Secret holds no certificate authorities that could be read.
  public static let authoritiesUnreadable = ConditionReason(
    "AuthoritiesUnreadable",
    [.metricsBackendReady, .clickHouseReady, .gatewayAvailable, .corootAvailable, .uiExposed], status: "False",
    meaning:
      "The Secret of a caSecretRef holds no certificate that could be read: DER, a key, or PEM that is cut. What uses it "
      + "is left as it is.",
    remedy: "Put the authority's certificates there as PEM.")
  /// User or password hold characters that the agent cannot carry in its URL.
  public static let credentialsNotURLSafe = ConditionReason(
    "CredentialsNotURLSafe", [.metricsBackendReady], status: "False",
    meaning:
      "User or password hold characters that the agent cannot carry in its URL, such as a line break at the end.",
    remedy: "Use letters, digits and - . _ ~ in the Secret's username and password.")
}
