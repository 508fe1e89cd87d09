// SPDX-License-Identifier: Apache-2.0

import JSON

/// The CustomResourceDefinition of `Observability`, made from ``ObservabilitySchema``.
public enum CustomResourceDefinition {
  /// The definition's name.
  public static let name = "\(ObservabilitySchema.plural).\(ObservabilitySchema.group)"

  /// The whole manifest (`apiextensions.k8s.io/v1`).
  ///
  /// Some rules use `quantity()`, so it needs Kubernetes 1.29 or later.
  public static func manifest() -> JSONValue {
    [
      "apiVersion": "apiextensions.k8s.io/v1",
      "kind": "CustomResourceDefinition",
      "metadata": ["name": .string(name)],
      "spec": [
        "group": .string(ObservabilitySchema.group),
        "names": [
          "kind": .string(ObservabilitySchema.kind),
          "listKind": .string("\(ObservabilitySchema.kind)List"),
          "plural": .string(ObservabilitySchema.plural),
          "singular": "observability",
          "shortNames": ["obs"],
          "categories": ["cozystack"],
        ],
        "scope": "Cluster",
        "versions": [version],
      ],
    ]
  }

  private static var version: JSONValue {
    var schema = ObservabilitySchema.root.openAPI
    // The API server knows what metadata is and forbids a definition to say more.
    var properties = schema["properties"] ?? [:]
    properties["metadata"] = ["type": "object"]
    schema["properties"] = properties
    return [
      "name": .string(ObservabilitySchema.version),
      "served": true,
      "storage": true,
      "subresources": ["status": [:]],
      "additionalPrinterColumns": .array(columns),
      "schema": ["openAPIV3Schema": schema],
    ]
  }

  private static var columns: [JSONValue] {
    [
      column("Mode", ".spec.mode", "How much of Coroot runs."),
      column("Agents", ".status.agents.summary", "Ready and eligible nodes."),
      column("Ready", condition("status"), "Whether all is well."),
      column("Reason", condition("reason"), "Why it is ready or not.", priority: 1),
      column("Message", condition("message"), "What to do.", priority: 1),
      column("Age", ".metadata.creationTimestamp", "Time since the object was made.", type: "date"),
    ]
  }

  private static func condition(_ member: String) -> String { ".status.conditions[?(@.type==\"Ready\")].\(member)" }

  private static func column(
    _ name: String, _ path: String, _ description: String, type: String = "string", priority: Int64 = 0
  ) -> JSONValue {
    var column: JSONObject = [
      "name": .string(name), "type": .string(type), "jsonPath": .string(path), "description": .string(description),
    ]
    if priority > 0 { column["priority"] = .integer(priority) }
    return .object(column)
  }
}

/// The files of the repository that are made from this module.
public enum GeneratedFiles {
  /// Where the CustomResourceDefinition is kept, from the root of the repository.
  public static let crdPath = "config/crd/observability.cozystack.io_observabilities.yaml"

  /// What stands in ``crdPath``.
  public static func crd() -> JSONValue { CustomResourceDefinition.manifest() }
}
