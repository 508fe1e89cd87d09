// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

extension TestCluster {
  /// The kind by which the VictoriaMetrics operator is told what to scrape.
  public static let podScrapes = ResourceType(
    group: "operator.victoriametrics.com", version: "v1beta1", kind: "VMPodScrape", plural: "vmpodscrapes")

  /// As the VictoriaMetrics operator's slim CRDs have it: nothing below `spec` is looked at.
  public static let podScrapeDefinition: JSONValue = [
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": ["name": "vmpodscrapes.operator.victoriametrics.com"],
    "spec": [
      "group": "operator.victoriametrics.com", "scope": "Namespaced",
      "names": [
        "kind": "VMPodScrape", "plural": "vmpodscrapes", "singular": "vmpodscrape", "listKind": "VMPodScrapeList",
      ],
      "versions": [
        [
          "name": "v1beta1", "served": true, "storage": true,
          "schema": [
            "openAPIV3Schema": [
              "type": "object",
              "properties": ["spec": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
            ]
          ],
        ]
      ],
    ],
  ]
}
