// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// What becomes of the children when the object is deleted, in each of the three ways.
enum DeletionChecks {
  static let all = [foreground, background, orphan]

  private static let foreground = Check("deletion", "in the foreground the children go first") {
    try await remove(.foreground, $0)
  }

  private static let background = Check("deletion", "in the background the children follow") {
    try await remove(.background, $0)
  }

  private static let orphan = Check("deletion", "orphaned children stay and run, and a new object adopts them") {
    stage in
    try await stage.makeReady()
    let before = try await stage.children()
    let object = try await stage.admin.client.get(.observabilities, Names.object)
    try await stage.admin.remove(.observabilities, object.key, uid: object.uid, propagation: .orphan)
    let request = "DELETE \(ResourceType.observabilities.path(name: object.name)) with propagationPolicy: Orphan"
    let orphans = try await stage.children()
    try expect(
      Set(orphans.map(\.uid)) == Set(before.map(\.uid)), "the same children",
      observed: "\(orphans.map { "\($0.kind) \($0.key)" })", request)
    for orphan in orphans {
      try expect(
        orphan.ownerReferences.isEmpty, "no owner of \(orphan.kind) \(orphan.key)",
        observed: "\(orphan.ownerReferences.map { JSONWriter.text(.object($0)) })", request)
    }
    let successor = try await stage.makeReady()
    let adopted = try await stage.children()
    try expect(
      Set(adopted.map(\.uid)) == Set(before.map(\.uid)), "the new object to keep the children that were there",
      observed: "\(adopted.map { "\($0.kind) \($0.key) \($0.uid ?? "")" })", request)
    for child in adopted {
      try expect(
        child.isOwned(by: successor.uid),
        "\(child.kind) \(child.key) to be owned by the new object",
        observed: "\(child.ownerReferences.map { JSONWriter.text(.object($0)) })", request)
    }
    try await stage.removeObjects()
  }

  private static func remove(_ propagation: DeleteOptions.Propagation, _ stage: Stage) async throws {
    let object = try await stage.makeReady()
    let children = try await stage.children()
    try expect(
      children.count == ResourceType.children.count, "three children before", observed: "\(children.map(\.kind))",
      Request.list(.daemonSets))
    try await stage.admin.remove(.observabilities, object.key, uid: object.uid, propagation: propagation)
    for type in ResourceType.children { try await stage.admin.waitForAbsence(type, Names.child) }
  }
}
