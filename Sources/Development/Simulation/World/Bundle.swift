// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesCore

/// The kind that is reconciled in simulations: each of its items becomes a ConfigMap.
enum Bundle {
  static let namespace = "work"
  static let type = ResourceType(group: "example.org", kind: "Bundle", plural: "bundles")
  /// On each child: the name of its bundle.
  static let label = "example.org/bundle"
  static let objects = WatchTarget(type, namespace: namespace)
  static let children = WatchTarget(.configMaps, namespace: namespace, labelSelector: label)

  static let definition: JSONValue = [
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": ["name": "bundles.example.org"],
    "spec": [
      "group": "example.org", "scope": "Namespaced",
      "names": ["plural": "bundles", "singular": "bundle", "kind": "Bundle", "listKind": "BundleList"],
      "versions": [
        [
          "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
          "schema": [
            "openAPIV3Schema": [
              "type": "object",
              "properties": [
                "spec": [
                  "type": "object",
                  "properties": ["items": ["type": "object", "additionalProperties": ["type": "string"]]],
                ],
                "status": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
              ],
            ]
          ],
        ]
      ],
    ],
  ]

  /// A bundle as its user writes it.
  static func manifest(_ name: String, items: [String: String]) -> JSONValue {
    var all: JSONObject = [:]
    for (key, value) in items.sorted(by: { $0.key < $1.key }) { all[key] = .string(value) }
    return [
      "apiVersion": "example.org/v1", "kind": "Bundle",
      "metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": ["items": .object(all)],
    ]
  }

  /// The children of a bundle: a pure function of it.
  static func render(_ bundle: KubernetesObject) -> [KubernetesObject] {
    let items = bundle[path: "spec", "items"]?.object ?? [:]
    return items.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }.map { item, value in
      child(of: bundle.name, uid: bundle.uid ?? "", item: item, value: value)
    }
  }

  private static func child(of bundle: String, uid: String, item: String, value: JSONValue) -> KubernetesObject {
    KubernetesObject([
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": [
        "name": .string("\(bundle)-\(item)"), "namespace": .string(namespace), "labels": [label: .string(bundle)],
        "ownerReferences": [
          [
            "apiVersion": "example.org/v1", "kind": "Bundle", "name": .string(bundle), "uid": .string(uid),
            "controller": true,
          ]
        ],
      ],
      "data": ["value": value],
    ])
  }
}
