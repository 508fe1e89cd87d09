// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

@testable import ObservabilityController

/// A part that no release has: with a child without a namespace, one in another namespace, a generated Secret, and one of
/// a kind that is not served. Wanted while `spec.dashboards.namespace` is `elsewhere`.
struct ExtraPart: Part {
  static let id = PartID(rawValue: "extra")
  static let condition = ConditionType(rawValue: "ExtraReady")
  static let notReady = ConditionReason.progressing
  static let widgets = ResourceType(group: "example.com", version: "v1", kind: "Widget", plural: "widgets")
  static let clusterRoles = ResourceType(
    group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole", plural: "clusterroles", isNamespaced: false)
  static let children = [
    ChildKind(clusterRoles, suffix: "-extra") { $0.place = .cluster },
    ChildKind(.configMaps, suffix: "-extra") { $0.place = .namespace(\.dashboards.namespace) },
    ChildKind(.secrets, suffix: "-extra") { $0.generated = ["password": .text(length: 32)] },
    ChildKind(widgets, suffix: "-extra") { $0.remedy = "Install widgets, or move spec.dashboards.namespace." },
  ]

  init(_ context: PartContext) {}

  func isWanted(_ spec: ObservabilitySpec) -> Bool { spec.dashboards.namespace == "elsewhere" }

  func resolve(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> Resolution<Bool> { .ready(true) }

  func render(_ inputs: Bool, _ subject: Subject) -> [Child] {
    Self.children.map { kind in
      var child = KubernetesObject(
        type: kind.type, namespace: kind.namespace(subject.spec), name: "\(subject.name)\(kind.suffix)")
      child["metadata"]?["labels"] = .object([Watches.objectLabel: .string(subject.name)])
      child["metadata"]?["ownerReferences"] = [
        [
          "apiVersion": .string(ResourceType.observabilities.apiVersion), "kind": "Observability",
          "name": .string(subject.name), "uid": .string(subject.object.uid ?? ""), "controller": true,
        ]
      ]
      return Child(type: kind.type, manifest: child)
    }
  }

  func observe(_ observation: Observation<Bool>, _ memory: inout NoMemory) -> PartReport {
    PartReport(
      observation.obstacle.map(PartState.bad)
        ?? (observation.children.isComplete
          ? .good(Finding(.ready, "All is there.")) : .progressing(Finding(.progressing, "Not all is there."))))
  }
}
