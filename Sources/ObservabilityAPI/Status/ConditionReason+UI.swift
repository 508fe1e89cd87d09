// SPDX-License-Identifier: Apache-2.0

/// Reasons of UIExposed.
extension ConditionReason {
  /// The user interface is not exposed as it should be.
  public static let uiNotExposed = ConditionReason(
    "UINotExposed", [.ready], status: "False",
    meaning: "The user interface was asked to be exposed, and is not.", remedy: "See UIExposed.")
  /// The interface is exposed.
  public static let exposed = reason(
    "Exposed", status: "True", "Users who sign in reach the user interface at the address of the message.",
    "Nothing is to be done.")
  /// The interface was not asked to be exposed.
  public static let notRequested = reason(
    "NotRequested",
    "The object asks for no exposure: nothing outside the cluster reaches the user interface. Ready does not wait for it.",
    "Run the port-forward command of the message, or set spec.coroot.ui.host and oidc.")
  /// The gatekeeper is being started or replaced, or fails.
  public static let gatekeeperNotReady = reason(
    "GatekeeperNotReady", "The gatekeeper is being started or replaced, or fails.",
    "See the message; it has the counts, and what the pods say.")
  /// The server has given no session for users yet.
  public static let sessionMissing = reason(
    "SessionMissing", "The server has not yet given the session with which the gatekeeper lets users in.",
    "See CorootAvailable.")
  /// The client is not declared at the provider.
  public static let clientNotReady = reason(
    "ClientNotReady", "The Keycloak operator has not declared the client at the provider.",
    "Read the message; it has what the KeycloakClient says.")
  /// The certificate is missing.
  public static let certificateMissing = reason(
    "CertificateMissing", "The Secret of the certificate is not there, or cert-manager has not filled it.",
    "Create the Secret, or see the Certificate of the same name.")
  /// There is no such class, or no default one.
  public static let ingressClassMissing = reason(
    "IngressClassMissing",
    "No IngressClass of that name is there, or none is the default, so no controller serves the "
      + "Ingress.", "Set spec.coroot.ui.ingressClassName to one of the cluster's classes.")
  /// No controller has taken the Ingress or the route.
  public static let addressPending = reason(
    "AddressPending", "No controller has taken the Ingress or the HTTPRoute yet.",
    "Look at the controller's log, and at the status of the object that the message names.")

  private static func reason(
    _ name: String, status: String = "False", _ meaning: String, _ remedy: String
  ) -> ConditionReason {
    ConditionReason(name, [.uiExposed], status: status, meaning: meaning, remedy: remedy)
  }
}
