// SPDX-License-Identifier: Apache-2.0

import JSON
import YAML

/// The manifests that a kustomization lists. Only `resources` is understood; anything else that would change a manifest is
/// an error, so that what is installed here is what `kubectl apply -k` installs.
struct Kustomization: Sendable {
  /// The content of a file, by its path.
  var read: @Sendable (String) throws -> String

  /// All manifests of a folder, in the order of its list, folders below included.
  ///
  /// - Throws: ``Refusal`` that names the file and the field, or the reader's error.
  func manifests(_ folder: String) throws -> [JSONValue] {
    let file = "\(folder)/kustomization.yaml"
    guard let content = try YAMLDecoder.document(try read(file)).object else { throw Refusal("\(file): not an object") }
    for field in content.keys where !["apiVersion", "kind", "resources"].contains(field) {
      throw Refusal("\(file): \(field): only resources is understood here; extend Kustomization to install this")
    }
    guard let resources = content["resources"]?.array else { throw Refusal("\(file): resources: a list is needed") }
    return try resources.flatMap { entry -> [JSONValue] in
      guard let name = entry.string else { throw Refusal("\(file): resources: \(entry.typeName) in place of a path") }
      let path = "\(folder)/\(name)"
      guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else { return try manifests(path) }
      return try YAMLDecoder.documents(try read(path)).filter { !$0.isNull }.map { document in
        guard document["kind"]?.string != nil, document["apiVersion"]?.string != nil else {
          throw Refusal("\(path): a document without apiVersion or kind")
        }
        return document
      }
    }
  }
}

/// The order in which manifests can be applied one after the other: what others need comes first.
enum InstallOrder {
  private static let ranks = [
    "Namespace", "CustomResourceDefinition", "ServiceAccount", "ClusterRole", "Role", "ClusterRoleBinding",
    "RoleBinding", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
  ]

  /// The manifests in that order; those of one kind keep theirs. A kind that is not known comes last, as workloads do.
  static func sorted(_ manifests: [JSONValue]) -> [JSONValue] {
    manifests.enumerated().sorted { left, right in
      (rank(left.element), left.offset) < (rank(right.element), right.offset)
    }.map(\.element)
  }

  private static func rank(_ manifest: JSONValue) -> Int {
    ranks.firstIndex(of: manifest["kind"]?.string ?? "") ?? ranks.count
  }
}
