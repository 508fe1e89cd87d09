// SPDX-License-Identifier: Apache-2.0

import JSON

/// A list of ConfigMaps as the API server sends it, the same each time: names, labels, an owner, managed fields, data.
enum SampleList {
  static func value(_ count: Int) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "ConfigMapList", "metadata": ["resourceVersion": "123456"],
      "items": .array((0..<count).map(item)),
    ]
  }

  private static func item(_ index: Int) -> JSONValue {
    let name = JSONValue.string("configuration-\(index)")
    let metadata: JSONValue = [
      "name": name, "namespace": .string("namespace-\(index % 50)"),
      "uid": .string("3f0c6f0e-5d3c-4d0e-9b1a-\(100_000_000_000 + index)"),
      "resourceVersion": .string("\(100_000 + index)"), "creationTimestamp": "2026-01-02T03:04:05Z",
      "labels": [
        "app.kubernetes.io/name": .string("application-\(index % 20)"), "app.kubernetes.io/managed-by": "operator",
      ],
      "ownerReferences": [
        [
          "apiVersion": "apps/v1", "kind": "Deployment", "name": name, "controller": true, "blockOwnerDeletion": true,
          "uid": .string("9b1a6f0e-5d3c-4d0e-9b1a-\(100_000_000_000 + index)"),
        ]
      ],
      "managedFields": [
        [
          "manager": "operator", "operation": "Apply", "apiVersion": "v1", "time": "2026-01-02T03:04:05Z",
          "fieldsType": "FieldsV1",
          "fieldsV1": [
            "f:data": ["f:config.yaml": [:], "f:key": [:]],
            "f:metadata": [
              "f:labels": ["f:app.kubernetes.io/managed-by": [:], "f:app.kubernetes.io/name": [:]],
              "f:ownerReferences": [
                "k:{\"uid\":\"9b1a6f0e-5d3c-4d0e-9b1a-\(100_000_000_000 + index)\"}": [:]
              ],
            ],
          ],
        ]
      ],
    ]
    return [
      "metadata": metadata,
      "data": ["config.yaml": "level: info\nlisten: 0.0.0.0:8080\nworkers: 4\n", "key": .string("value-\(index)")],
    ]
  }
}
