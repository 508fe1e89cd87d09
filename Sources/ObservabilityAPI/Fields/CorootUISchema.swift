// SPDX-License-Identifier: Apache-2.0

import JSON

/// The schema of `spec.coroot.ui`.
enum CorootUISchema {
  static let ui = Schema.object(
    "How the user interface is reached. It is exposed only behind OpenID Connect.", filled: true,
    [
      .optional("host", .text("The DNS name of the user interface.", .dnsNameOrEmpty, default: "")),
      .optional(
        "ingressClassName",
        .text("The IngressClass; the cluster's default when empty.", .dnsNameOrEmpty, default: "")),
      .optional(
        "ingressNamespace",
        .text(
          "The namespace of the ingress controller's pods, or of the Gateway's: the only ones that may connect.",
          .dnsLabel, default: "tenant-root")),
      .optional(
        "gatewayRef",
        .object(
          "A Gateway of the Gateway API: an HTTPRoute is made for it in place of an Ingress.",
          [
            .required("name", .text("The Gateway's name.", .dnsName)),
            .optional("namespace", .text("The Gateway's namespace.", .dnsLabel, default: "tenant-root")),
            .optional("sectionName", .text("The listener; every one that fits when not given.", .dnsName)),
          ])),
      .optional(
        "tls",
        .object(
          "The certificate of the user interface; that of the ingress controller when nothing is given.", filled: true,
          [
            .optional("secretName", .text("A Secret in spec.namespace of type kubernetes.io/tls.", .dnsName)),
            .optional("clusterIssuer", .text("A ClusterIssuer of cert-manager that makes the Secret.", .dnsName)),
          ])),
      .optional("oidc", oidc),
    ]
  ).demanding(
    ValidationRule(
      "oidc-needs-host", cel: "!has(self.oidc) || self.host != ''", field: ["host"],
      message: "spec.coroot.ui.host is needed with oidc, since users are sent back to it: set the DNS name, or remove "
        + "oidc"
    ) { $0["oidc"] == nil || $0["host"] != "" },
    ValidationRule(
      "host-needs-oidc", cel: "self.host == '' || has(self.oidc)", field: ["oidc"],
      message: "spec.coroot.ui.oidc is needed with host, since the user interface is exposed only to users who signed "
        + "in: set spec.coroot.ui.oidc, or remove host and use kubectl port-forward"
    ) { $0["host"] == "" || $0["oidc"] != nil },
    ValidationRule(
      "gateway-or-ingress",
      cel: "!has(self.gatewayRef) || (self.ingressClassName == '' && !has(self.tls.secretName) && "
        + "!has(self.tls.clusterIssuer))", field: ["gatewayRef"],
      message: "spec.coroot.ui.gatewayRef takes the place of an Ingress, and the Gateway has the certificate: remove "
        + "spec.coroot.ui.ingressClassName and tls, or gatewayRef"
    ) { ui in
      ui["gatewayRef"] == nil
        || (ui["ingressClassName"] == "" && ui["tls"]?["secretName"] == nil && ui["tls"]?["clusterIssuer"] == nil)
    },
    // The Secret is named HOST-tls, and a name has at most 253 characters.
    ValidationRule(
      "certificate-name-fits",
      cel: "self.host.size() <= 249 || !has(self.tls.clusterIssuer) || has(self.tls.secretName)", field: ["host"],
      message:
        "spec.coroot.ui.host is longer than 249 characters, which leaves no room for the name of the certificate's "
        + "Secret: set spec.coroot.ui.tls.secretName beside clusterIssuer, or take a shorter host"
    ) { ui in
      (ui["host"]?.string ?? "").utf8.count <= 249 || ui["tls"]?["clusterIssuer"] == nil
        || ui["tls"]?["secretName"] != nil
    })

  private static let oidc = Schema.object(
    "The provider that users sign in with.",
    [
      .required("issuerURL", .url("The provider's issuer URL.")),
      .required("clientID", .text("The client's identifier at the provider.", .any(128))),
      .optional("clientSecretRef", SecretSchema.key("A Secret in spec.namespace with the client's secret.")),
      .optional(
        "keycloakRealmRef",
        .object(
          "A realm of the Keycloak operator: the client is declared in it as a KeycloakClient, with a secret that is made "
            + "up once.",
          [
            .optional("name", .text("The realm's name.", .dnsName, default: "keycloakrealm-cozy")),
            .optional(
              "kind",
              .choice(
                "The realm's kind.", CorootUI.OIDC.Realm.Kind.allCases.map(\.rawValue),
                default: "ClusterKeycloakRealm")),
          ])),
      .optional("caSecretRef", SecretSchema.authorities),
      .optional(
        "allowedGroups",
        .list(
          "Groups whose members may enter; everyone that the provider knows when empty.",
          of: .text("A group's name.", .any(128)), .set, limit: 32, default: ["cozystack-cluster-admin"])),
    ]
  ).demanding(
    ValidationRule(
      "one-oidc-client", cel: "has(self.clientSecretRef) != has(self.keycloakRealmRef)",
      message:
        "spec.coroot.ui.oidc takes exactly one of clientSecretRef and keycloakRealmRef: set clientSecretRef for a "
        + "client that exists, or keycloakRealmRef for one that the operator declares"
    ) { ($0["clientSecretRef"] != nil) != ($0["keycloakRealmRef"] != nil) })
}
