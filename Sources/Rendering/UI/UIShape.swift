// SPDX-License-Identifier: Apache-2.0

package import KubernetesCore
public import ObservabilityAPI

/// The fixed names of what exposes the user interface: of its children, its pods' container, its ports and its files.
///
/// The selector of a Deployment is immutable, so no label may change.
public enum UIShape {
  /// The label `app.kubernetes.io/name` of the pods.
  public static let appName = "coroot-gatekeeper"
  /// The label `app.kubernetes.io/component` of the children and the pods.
  public static let component = "coroot-gatekeeper"
  /// What follows the object's name in ``name(of:)``.
  public static let nameSuffix = "-coroot-gatekeeper"
  /// What follows the object's name in ``cookieName(of:)``.
  public static let cookieSuffix = "-coroot-gatekeeper-cookie"
  /// What follows the object's name in ``clientName(of:)``.
  public static let clientSuffix = "-coroot-client"
  /// What follows the object's name in ``routeName(of:)``.
  public static let routeSuffix = "-to-coroot"
  /// The key of ``name(of:)``, the Secret of the configuration, with the cookie that users are given.
  public static let sessionKey = "session-cookie"
  /// What stands before the session in the value of ``sessionKey``: the name of Coroot's cookie.
  public static let sessionPrefix = "coroot_session="

  /// The container that runs the OAuth2 proxy.
  public static let container = "gatekeeper"
  /// The only port of the pods and of their Service.
  public static let port: Int64 = 4180
  /// The port's name in the pod and in the Service.
  public static let portName = "http"
  /// The number of pods. A session lives in the browser's cookie, so that a restart ends none.
  public static let replicas: Int64 = 1

  /// The key of ``cookieName(of:)`` with the key that session cookies are encrypted with.
  ///
  /// 32 letters and digits, which are the Base64 of 24 bytes: the proxy decodes them and takes 16, 24 or 32 bytes
  /// (oauth2-proxy, pkg/encryption/utils.go, SecretBytes).
  public static let cookieKey = "cookie-secret"
  /// The length of the value of ``cookieKey``.
  public static let cookieKeyLength = 32
  /// The key of ``clientName(of:)`` with the client's secret, as Cozystack's own clients have it.
  public static let clientKey = "client-secret-key"
  /// The length of the value of ``clientKey``.
  public static let clientKeyLength = 32

  /// The name of the Deployment, Service, ServiceAccount, NetworkPolicy, Secret of the configuration, Ingress or
  /// HTTPRoute, KeycloakClient and, with a Gateway, CiliumNetworkPolicy of the object of that name.
  public static func name(of object: String) -> String { "\(object)\(nameSuffix)" }

  /// The name of the Secret with the value of ``cookieKey``.
  public static func cookieName(of object: String) -> String { "\(object)\(cookieSuffix)" }

  /// The name of the Secret with the secret of a client that the operator declares.
  public static func clientName(of object: String) -> String { "\(object)\(clientSuffix)" }

  /// The name of the CiliumNetworkPolicy in the namespace of the ingress controller.
  public static func routeName(of object: String) -> String { "\(object)\(routeSuffix)" }

  /// The Secret of the certificate: the one that the object names, or one named after the host for cert-manager to fill.
  /// Nil if the ingress controller, or the Gateway, has one of its own.
  public static func certificate(_ ui: CorootUI) -> String? {
    guard ui.gateway == nil else { return nil }
    return ui.tls.secretName ?? ui.tls.clusterIssuer.map { _ in "\(ui.host)-tls" }
  }

  /// The address of the user interface, without a slash at its end.
  public static func address(_ ui: CorootUI) -> String { "https://\(ui.host)" }

  /// Whether the object asks for the user interface to be exposed.
  public static func isExposed(_ spec: ObservabilitySpec) -> Bool { spec.mode == .full && spec.coroot.ui.oidc != nil }
}

extension PartShape {
  /// The OAuth2 proxy before the user interface.
  static let gatekeeper = PartShape(
    nameSuffix: UIShape.nameSuffix, appName: UIShape.appName, component: UIShape.component)
}

extension ResourceType {
  /// What an ingress controller serves.
  package static let ingresses = ResourceType(group: "networking.k8s.io", kind: "Ingress", plural: "ingresses")
  /// The ingress controllers that there are.
  package static let ingressClasses = ResourceType(
    group: "networking.k8s.io", kind: "IngressClass", plural: "ingressclasses", isNamespaced: false)
  /// What a Gateway serves.
  package static let httpRoutes = ResourceType(
    group: "gateway.networking.k8s.io", kind: "HTTPRoute", plural: "httproutes")
  /// A client that the Keycloak operator declares.
  package static let keycloakClients = ResourceType(
    group: "v1.edp.epam.com", kind: "KeycloakClient", plural: "keycloakclients")
  /// A policy of Cilium, which knows peers that a NetworkPolicy does not.
  package static let ciliumNetworkPolicies = ResourceType(
    group: "cilium.io", version: "v2", kind: "CiliumNetworkPolicy", plural: "ciliumnetworkpolicies")
}
