// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
public import ObservabilityAPI

/// Turns an `Observability` into the objects that expose its user interface to users who sign in.
///
/// A pure function, as ``Renderer`` is: the same input gives the same bytes.
public enum UIRenderer {
  /// The children in the order in which they are applied: ServiceAccount, Secrets, NetworkPolicy, the policies of Cilium,
  /// Service, Deployment, with a realm KeycloakClient, and last Ingress or HTTPRoute.
  ///
  /// Empty unless the mode is `Full` and `spec.coroot.ui.oidc` is set. The Secrets ``UIShape/cookieName(of:)`` and
  /// ``UIShape/clientName(of:)`` hold no data here: their values are made up when they are created.
  public static func children(of object: Observability, facts: PlatformFacts, inputs: UIInputs) -> [Child] {
    guard UIShape.isExposed(object.spec), let oidc = object.spec.coroot.ui.oidc else { return [] }
    let context = RenderContext(object: object, facts: facts)
    let configuration = GatekeeperConfiguration(context, inputs, oidc)
    let name = object.name
    var children = [
      context.child(of: .gatekeeper, .serviceAccounts, ["automountServiceAccountToken": false]),
      context.child(of: .gatekeeper, .secrets, name: UIShape.cookieName(of: name), ["type": "Opaque"]),
    ]
    if oidc.keycloakRealm != nil {
      children.append(context.child(of: .gatekeeper, .secrets, name: UIShape.clientName(of: name), ["type": "Opaque"]))
    }
    children += [
      context.child(of: .gatekeeper, .secrets, configuration.secret),
      GatekeeperNetworkPolicy.child(context, inputs, oidc),
      GatekeeperCiliumPolicies.egress(context),
    ]
    if object.spec.coroot.ui.gateway != nil { children.append(GatekeeperCiliumPolicies.ingress(context)) }
    children += [service(context), GatekeeperDeployment.child(context, inputs, configuration)]
    if let realm = oidc.keycloakRealm { children.append(client(context, inputs, oidc, realm)) }
    children.append(UIExposure.child(context))
    return children
  }

  private static func service(_ context: RenderContext) -> Child {
    let port: JSONObject = [
      "name": .string(UIShape.portName), "protocol": "TCP", "port": .integer(UIShape.port),
      "targetPort": .string(UIShape.portName),
    ]
    let spec: JSONObject = [
      "type": "ClusterIP", "selector": .object(context.selector(of: .gatekeeper)), "ports": [.object(port)],
    ]
    return context.child(of: .gatekeeper, .services, ["spec": .object(spec)])
  }

  /// The client in the realm. Users come back to one address only. It is confidential, and takes no password from a program
  /// (`public`, `directAccess`), since that is what the Keycloak operator does if it is not asked for anything else.
  ///
  /// The annotation carries a new secret to Keycloak: the Keycloak operator reads the Secret only when it reconciles the
  /// KeycloakClient, does so at any change of that object, watches no Secret and by default repeats nothing
  /// (edp-keycloak-operator 1.32.0, `SetupWithManager` in `internal/controller/keycloakclient/keycloakclient_controller.go`,
  /// `IsFailuresUpdated` in `internal/controller/helper`, `SUCCESS_RECONCILE_TIMEOUT` in `cmd/main.go`).
  private static func client(
    _ context: RenderContext, _ inputs: UIInputs, _ oidc: CorootUI.OIDC, _ realm: CorootUI.OIDC.Realm
  ) -> Child {
    let address = UIShape.address(context.spec.coroot.ui)
    let spec: JSONObject = [
      "clientId": .string(oidc.clientID),
      "realmRef": ["name": .string(realm.name), "kind": .string(realm.kind.rawValue)],
      "secret": .string("$\(UIShape.clientName(of: context.object.name)):\(UIShape.clientKey)"),
      "advancedProtocolMappers": true,
      "webUrl": .string(address),
      "redirectUris": [.string("\(address)/oauth2/callback")],
      "defaultClientScopes": ["groups"],
      "attributes": ["pkce.code.challenge.method": "S256", "post.logout.redirect.uris": "+"],
    ]
    var annotations: JSONObject = [:]
    if let hash = inputs.declaredClientHash { annotations[Keys.secretsHash] = .string(hash) }
    return context.child(of: .gatekeeper, .keycloakClients, annotations: annotations, ["spec": .object(spec)])
  }
}
