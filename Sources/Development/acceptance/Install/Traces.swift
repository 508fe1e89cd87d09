// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// Every object of the cluster that bears traces of the product or of this program, in all namespaces.
struct Traces: Sendable {
  let admin: Admin

  /// The objects, as `type namespace/name`, each with what gives it away. Their Events count, those of others do not.
  func find() async throws -> [String: String] {
    var found: [String: String] = [:]
    for path in Discovery.paths(in: try await admin.json("/apis")) {
      for resource in try await resources(path) where resource.verbs.contains("list") {
        // Events are served under two names.
        guard !(resource.type.group.isEmpty && resource.type.kind == "Event") else { continue }
        for object in try await objects(resource.type) {
          if let trace = Self.trace(object) { found["\(resource.type) \(object.key)"] = trace }
        }
      }
    }
    return found
  }

  private func resources(_ path: String) async throws -> [Discovery.Resource] {
    try await ifServed([]) { Discovery.types(in: try await admin.json(path)) }
  }

  private func objects(_ type: ResourceType) async throws -> [KubernetesObject] {
    try await ifServed([]) { try await admin.all(type, form: type == .events ? .whole : .metadata) }
  }

  /// A type that cannot be listed, or whose extension server is away, holds nothing of ours.
  private func ifServed<Value>(_ fallback: Value, _ read: () async throws -> Value) async throws -> Value {
    do {
      return try await read()
    } catch let error as KubernetesError {
      guard let code = error.code, [403, 404, 405, 406, 503].contains(code) else { throw error }
      return fallback
    }
  }

  /// What gives an object away; nil for one that has nothing to do with the product.
  static func trace(_ object: KubernetesObject) -> String? {
    let managers = [Names.manager, Names.editor, Names.rival, Names.operatorManager]
    for entry in object[path: "metadata", "managedFields"]?.array ?? [] {
      if let manager = entry["manager"]?.string, managers.contains(manager) { return "fields of manager \(manager)" }
    }
    if let label = object.labels.keys.sorted().first(where: { $0.contains("observability.cozystack.io/") }) {
      return "label \(label)"
    }
    if object.ownerReferences.contains(where: { $0["kind"] == "Observability" }) { return "an Observability owns it" }
    if object[path: "regarding", "kind"] == "Observability" { return "it is about an Observability" }
    return nil
  }
}
