// SPDX-License-Identifier: Apache-2.0

import JSON

/// The kinds of Cozystack's monitoring that dashboards and rules are published by, and a Grafana.
public enum NeighbourDefinitions {
  /// `Grafana` and `GrafanaDashboard` of the Grafana operator v5.13, as far as a dashboard goes.
  public static let grafana: [JSONValue] = [
    definition("grafana.integreatly.org", "Grafana", "grafanas", spec: anything),
    definition(
      "grafana.integreatly.org", "GrafanaDashboard", "grafanadashboards",
      spec: [
        "type": "object", "required": ["instanceSelector"],
        "properties": [
          "allowCrossNamespaceImport": ["type": "boolean"],
          "folder": ["type": "string"],
          "gzipJson": ["type": "string", "format": "byte"],
          "instanceSelector": [
            "type": "object",
            "properties": ["matchLabels": ["type": "object", "additionalProperties": ["type": "string"]]],
          ],
          "resyncPeriod": ["type": "string", "default": "5m"],
        ],
      ]),
  ]

  /// `VMRule` of the VictoriaMetrics operator, as its slim definition has it: nothing below `spec` is looked at.
  public static let rules: [JSONValue] = [
    definition("operator.victoriametrics.com", "VMRule", "vmrules", spec: anything)
  ]

  /// The Grafana of the root tenant.
  public static let instance: JSONValue = [
    "apiVersion": "grafana.integreatly.org/v1beta1", "kind": "Grafana",
    "metadata": ["name": "grafana", "namespace": "tenant-root", "labels": ["dashboards": "grafana"]],
    "spec": [:],
  ]

  private static let anything: JSONValue = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]

  private static func definition(_ group: String, _ kind: String, _ plural: String, spec: JSONValue) -> JSONValue {
    let version: JSONValue = [
      "name": "v1beta1", "served": true, "storage": true, "subresources": ["status": [:]],
      "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": spec, "status": anything]]],
    ]
    return [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": .string("\(plural).\(group)")],
      "spec": [
        "group": .string(group), "scope": "Namespaced",
        "names": [
          "kind": .string(kind), "plural": .string(plural), "singular": .string(kind.lowercased()),
          "listKind": .string("\(kind)List"),
        ],
        "versions": [version],
      ],
    ]
  }
}
