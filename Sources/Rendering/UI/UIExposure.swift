// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The Ingress or the HTTPRoute that leads to the gatekeeper, and to nothing else.
enum UIExposure {
  static func child(_ context: RenderContext) -> Child {
    let ui = context.spec.coroot.ui
    if let gateway = ui.gateway { return route(context, ui, gateway) }
    return ingress(context, ui)
  }

  private static func ingress(_ context: RenderContext, _ ui: CorootUI) -> Child {
    var tls: JSONObject = ["hosts": [.string(ui.host)]]
    if let secret = UIShape.certificate(ui) { tls["secretName"] = .string(secret) }
    let backend: JSONValue = [
      "service": ["name": .string(context.name(of: .gatekeeper)), "port": ["name": .string(UIShape.portName)]]
    ]
    var spec: JSONObject = [
      "rules": [
        [
          "host": .string(ui.host),
          "http": ["paths": [["path": "/", "pathType": "Prefix", "backend": backend]]],
        ]
      ],
      // Without a Secret the controller serves a certificate of its own; plain HTTP is redirected either way.
      "tls": [.object(tls)],
    ]
    if !ui.ingressClassName.isEmpty { spec["ingressClassName"] = .string(ui.ingressClassName) }
    return context.child(of: .gatekeeper, .ingresses, annotations: annotations(ui), ["spec": .object(spec)])
  }

  private static func annotations(_ ui: CorootUI) -> JSONObject {
    let nginx = "nginx.ingress.kubernetes.io"
    var annotations: JSONObject = [
      // A session is kept in cookies of several KiB, more than the buffers of ingress-nginx take by default.
      "\(nginx)/proxy-buffer-size": "32k",
      "\(nginx)/proxy-buffers-number": "8",
      // Queries of traces and profiles take long.
      "\(nginx)/proxy-read-timeout": "300",
      "\(nginx)/proxy-send-timeout": "300",
    ]
    if let issuer = ui.tls.clusterIssuer {
      annotations["cert-manager.io/cluster-issuer"] = .string(issuer)
      if !ui.ingressClassName.isEmpty {
        annotations["acme.cert-manager.io/http01-ingress-ingressclassname"] = .string(ui.ingressClassName)
      }
    }
    return annotations
  }

  private static func route(
    _ context: RenderContext, _ ui: CorootUI, _ gateway: CorootUI.GatewayReference
  ) -> Child {
    var parent: JSONObject = [
      "group": .string(ResourceType.httpRoutes.group), "kind": "Gateway", "name": .string(gateway.name),
      "namespace": .string(gateway.namespace),
    ]
    if let section = gateway.sectionName { parent["sectionName"] = .string(section) }
    let spec: JSONObject = [
      "parentRefs": [.object(parent)],
      "hostnames": [.string(ui.host)],
      "rules": [
        [
          "matches": [["path": ["type": "PathPrefix", "value": "/"]]],
          "backendRefs": [
            [
              "kind": "Service", "name": .string(context.name(of: .gatekeeper)), "port": .integer(UIShape.port),
              "weight": 1,
            ]
          ],
        ]
      ],
    ]
    return context.child(of: .gatekeeper, .httpRoutes, ["spec": .object(spec)])
  }
}
