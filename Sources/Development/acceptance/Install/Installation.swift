// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import KubernetesClient
import KubernetesCore

/// `config/default`, applied to the cluster.
struct Installation: Sendable {
  let admin: Admin
  let ledger: Ledger
  let settings: Settings

  /// Applies every manifest on the server's side, in an order in which each finds what it needs, and waits until the
  /// definition is served.
  ///
  /// The Deployment is scaled to nothing unless the operator is to run in the cluster: a second operator would take the
  /// Lease from the one that is watched here.
  func apply() async throws {
    let manifests = try Kustomization(read: TextFile.read).manifests("\(settings.root)/config/default")
    for manifest in InstallOrder.sorted(manifests) {
      guard let content = manifest.object else { continue }
      var object = KubernetesObject(content)
      guard let type = try await admin.type(apiVersion: object.apiVersion, kind: object.kind) else {
        throw Failure(
          expected: "the server to serve \(object.kind) of \(object.apiVersion)", observed: "it does not",
          request: "GET /apis/\(object.apiVersion)")
      }
      if type == .deployments, !settings.isDeployed { object["spec"]?["replicas"] = 0 }
      do {
        try await ledger.apply(type, object)
      } catch let error as KubernetesError {
        throw Failure(
          expected: "\(object.kind) \(object.key) of config/default to be accepted", observed: "\(error)",
          request: Request.send("PATCH", type, object.key, query: "fieldManager=\(Names.manager)&force=true"))
      }
      if type == .customResourceDefinitions {
        try await admin.wait(for: "\(object.key) to be Established", type, object.key) { definition in
          (definition[path: "status", "conditions"]?.array ?? []).contains {
            $0["type"] == "Established" && $0["status"] == "True"
          }
        }
      }
    }
    try await awaiting("observabilities to be listed", Request.list(.observabilities), within: settings.patience) {
      .met(_ = try await admin.client.list(.observabilities, ListQuery()))
    }
  }
}

/// Files of the repository.
enum TextFile {
  /// The text of a file.
  ///
  /// - Throws: ``Refusal`` that names it.
  @Sendable static func read(_ path: String) throws -> String {
    guard let file = fopen(path, "re") else { throw Refusal("\(path): \(String(cString: strerror(errno)))") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    guard ferror(file) == 0 else { throw Refusal("\(path): \(String(cString: strerror(errno)))") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The names of the files in a folder that end so, sorted.
  static func names(in folder: String, ending suffix: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw Refusal("\(folder): \(String(cString: strerror(errno)))") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(suffix) { names.append(name) }
    }
    return names.sorted()
  }
}
