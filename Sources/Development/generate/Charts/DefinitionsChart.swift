// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// The chart of the CustomResourceDefinition. It is a template, so that an upgrade of the release upgrades it; Helm keeps
/// it on uninstall, since its removal would remove every object.
enum DefinitionsChart {
  static let name = "observability-operator-crds"

  static var files: [GeneratedFile] {
    [
      ChartMetadata.file(name, "The CustomResourceDefinition of Observability."),
      GeneratedFile(
        path: "\(ChartMetadata.folder)/\(name)/templates/observabilities.yaml",
        text: ChartTemplate.text(
          [GeneratedFiles.crd()], chart: name, annotations: ["helm.sh/resource-policy: keep"])),
    ]
      + ChartMetadata.files(
        name, values: ChartValue.file(values), schema: ChartValue.schema(values, title: "Values of \(name)"),
        introduction: introduction, table: ChartValue.table(values))
  }

  private static let introduction = """
    The CustomResourceDefinition of `Observability`. Install and upgrade it before `observability-operator` and \
    `observability`. It stays when the release is uninstalled; `kubectl delete crd \(CustomResourceDefinition.name)` \
    removes it with every object and its agents.
    """

  private static let values = [
    ChartValue(
      "labels", [:],
      [
        "type": "object", "additionalProperties": ["type": "string"],
        "properties": ["app.kubernetes.io/managed-by": ["const": "Helm"]],
      ],
      "Further labels of the definition.")
  ]
}
