// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import JSON
import KubernetesClient
import KubernetesCore
import YAML

/// Applies manifests, for machines without kubectl.
struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Apply the objects of a file on the server's side, as kubectl apply --server-side.")

  @Option(help: ArgumentHelp("The kubeconfig that run wrote.", valueName: "path"))
  var kubeconfig: String

  @Option(name: [.short, .customLong("filename")], help: ArgumentHelp("The file with the objects.", valueName: "file"))
  var filename: String

  func run() async throws {
    let cluster = try Cluster(kubeconfig: kubeconfig)
    for document in try YAMLDecoder.documents(try TextFile.read(filename)) {
      guard let content = document.object else { throw ValidationError("\(filename): not an object") }
      let object = KubernetesObject(content)
      guard let type = try await cluster.type(apiVersion: object.apiVersion, kind: object.kind) else {
        throw ValidationError("\(filename): the server does not serve \(object.kind) of \(object.apiVersion)")
      }
      var placed = object
      if type.isNamespaced, object.namespace == nil {
        var metadata = object["metadata"] ?? [:]
        metadata["namespace"] = "default"
        placed["metadata"] = metadata
      }
      _ = try await cluster.client.apply(type, placed, ApplyOptions(fieldManager: "devcluster-apply", force: true))
      print("\(type)/\(object.name) applied")
    }
    await cluster.close()
  }
}
