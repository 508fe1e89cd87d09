// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// Rules that the NetworkPolicies of several parts share.
enum NetworkRules {
  /// To any address: a node-local cache listens on the host, where no selector of pods finds it.
  static var dns: JSONObject {
    ["ports": [["protocol": "UDP", "port": 53], ["protocol": "TCP", "port": 53]]]
  }

  /// A Service counts as its pods and its port as theirs, and the pods of OpenShift's DNS listen on 5353
  /// (https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/networking/networking-operators).
  static var openShiftDNS: JSONObject {
    [
      "to": [["namespaceSelector": inNamespace("openshift-dns")]],
      "ports": [["protocol": "UDP", "port": 5353], ["protocol": "TCP", "port": 5353]],
    ]
  }

  /// To where a backend's packets go.
  static func egress(to destination: PlatformFacts.Destination) -> JSONObject {
    switch destination {
    case .pods(let namespace, let port):
      ["to": [["namespaceSelector": inNamespace(namespace)]], "ports": [tcp(port)]]
    case .anywhere(let port): ["to": anywhere, "ports": [tcp(port)]]
    }
  }

  /// To a port of pods in the policy's own namespace.
  static func egress(toPods labels: JSONObject, port: Int64) -> JSONObject {
    ["to": [["podSelector": ["matchLabels": .object(labels)]]], "ports": [tcp(port)]]
  }

  /// To a port of addresses outside the cluster, but no link-local one.
  static func outside(port: Int64) -> JSONObject { ["to": .array(outsideAddresses), "ports": [tcp(port)]] }

  /// The operator's pods.
  static func operatorPods(in namespace: String) -> JSONValue {
    [
      "namespaceSelector": inNamespace(namespace),
      "podSelector": ["matchLabels": [WellKnownLabel.name: "observability-operator"]],
    ]
  }

  /// Pods of vmagent, which the VictoriaMetrics operator labels so for every VMAgent.
  static func vmagent(_ facts: PlatformFacts) -> JSONValue {
    [
      "namespaceSelector": inNamespace(facts.scraperNamespace),
      "podSelector": ["matchLabels": [WellKnownLabel.name: "vmagent"]],
    ]
  }

  /// A port, or every port, of TCP.
  static func tcp(_ port: Int64?) -> JSONValue {
    .object(port.map { ["protocol": "TCP", "port": .integer($0)] } ?? ["protocol": "TCP"])
  }

  /// A selector of the namespace of that name.
  static func inNamespace(_ name: String) -> JSONValue {
    ["matchLabels": [WellKnownLabel.namespaceName: .string(name)]]
  }

  /// Every address but the link-local ones, where a cloud's metadata service is; and every pod, since to some network plugins
  /// an address of the cluster, such as that of its own load balancer, is no `ipBlock`.
  private static var anywhere: JSONValue { .array(outsideAddresses + [everyPod]) }

  private static let outsideAddresses: [JSONValue] = [
    ["ipBlock": ["cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]]],
    ["ipBlock": ["cidr": "::/0", "except": ["fe80::/10"]]],
  ]

  /// The pods of every namespace.
  static let everyPod: JSONValue = [
    "namespaceSelector": [
      "matchExpressions": [["key": .string(WellKnownLabel.namespaceName), "operator": "Exists"]]
    ]
  ]
}

extension RenderContext {
  /// What a host and a port alone tell about where packets go.
  ///
  /// - Parameter isPortOfPods: whether the pods of a Service are known to listen on the Service's port.
  func destination(host: String, port: Int64, isPortOfPods: Bool) -> PlatformFacts.Destination {
    guard let service = ClusterService(host: host, from: spec.namespace, domain: facts.clusterDomain) else {
      return .anywhere(port: port)
    }
    return .pods(namespace: service.namespace, port: isPortOfPods ? port : nil)
  }
}
