// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// What this run has changed in the cluster, so that it can be undone: what was created is deleted, what was there before
/// becomes what it was.
///
/// A change and its entry go together: a task cancelled between the two would leave an object behind.
actor Ledger {
  /// One change.
  enum Entry: Sendable {
    case created(ResourceType, KubernetesObject)
    case changed(ResourceType, before: KubernetesObject)
  }

  private let admin: Admin
  private var entries: [Entry] = []
  private var restored: Set<String> = []

  init(_ admin: Admin) { self.admin = admin }

  /// Applies an object on the server's side, and remembers how it was before.
  @discardableResult
  func apply(_ type: ResourceType, _ object: KubernetesObject) async throws -> KubernetesObject {
    let before = try await admin.find(type, object.key)
    return try await noting(type, object.key, before: before) { [admin] in
      try await admin.client.apply(type, object, ApplyOptions(fieldManager: Names.manager, force: true))
    }
  }

  /// Creates an object unless it is there; says whether it was created.
  @discardableResult
  func createIfMissing(_ type: ResourceType, _ object: KubernetesObject) async throws -> Bool {
    if try await admin.find(type, object.key) != nil { return false }
    try await noting(type, object.key, before: nil) { [admin] in
      try await admin.client.create(type, object, WriteOptions(fieldManager: Names.manager))
    }
    return true
  }

  /// Makes a change to its end and notes it, whether or not the task is cancelled.
  @discardableResult
  private func noting(
    _ type: ResourceType, _ key: ObjectKey, before: KubernetesObject?,
    _ change: @escaping @Sendable () async throws -> KubernetesObject
  ) async throws -> KubernetesObject {
    try Task.checkCancellation()
    return try await Task {
      let after = try await change()
      note(type, key, before: before, after: after)
      return after
    }.value
  }

  /// Whether this run created the object.
  func hasCreated(_ type: ResourceType, _ key: ObjectKey) -> Bool {
    entries.contains {
      if case .created(let other, let object) = $0 { other == type && object.key == key } else { false }
    }
  }

  private func note(_ type: ResourceType, _ key: ObjectKey, before: KubernetesObject?, after: KubernetesObject) {
    let isKnown = entries.contains { entry in
      switch entry {
      case .created(let other, let object): other == type && object.key == key
      case .changed(let other, let object): other == type && object.key == key
      }
    }
    // A second change does not replace what is remembered from before the first.
    guard !isKnown else { return }
    entries.append(before.map { .changed(type, before: $0) } ?? .created(type, after))
  }

  /// Deletes an object that this run created, if it is there, and forgets it.
  func remove(_ type: ResourceType, _ key: ObjectKey) async throws {
    for case .created(let other, let object) in entries where other == type && object.key == key {
      try await delete(type, object)
    }
    entries.removeAll {
      if case .created(let other, let object) = $0 { other == type && object.key == key } else { false }
    }
  }

  /// Undoes everything, the last change first. One that cannot be undone does not stop the others.
  ///
  /// - Returns: the objects that were changed and are as before, and what could not be undone, a line each.
  func undo() async -> (restored: Set<String>, problems: [String]) {
    var problems: [String] = []
    for entry in entries.reversed() {
      do {
        switch entry {
        case .created(let type, let object): try await delete(type, object)
        case .changed(let type, let before):
          try await restore(type, before)
          restored.insert("\(type) \(before.key)")
        }
      } catch {
        problems.append("\(entry): \(error)")
      }
    }
    entries = []
    return (restored, problems)
  }

  /// Deletes an object that this run created. A finalizer that it was created with has no controller to take it off.
  private func delete(_ type: ResourceType, _ object: KubernetesObject) async throws {
    if object[path: "metadata", "finalizers"] != nil,
      let now = try await admin.find(type, object.key), now.uid == object.uid
    {
      _ = try await admin.client.patch(
        type, object.key, .merge(["metadata": ["finalizers": nil]]), WriteOptions(fieldManager: Names.manager))
    }
    try await admin.remove(type, object.key, uid: object.uid)
  }

  private func restore(_ type: ResourceType, _ before: KubernetesObject) async throws {
    guard let now = try await admin.find(type, before.key), !Sameness.holds(now, before) else { return }
    var object = before
    object["metadata"]?["resourceVersion"] = now.resourceVersion.map(JSONValue.string)
    object["status"] = nil
    let after = try await admin.client.replace(type, object, WriteOptions(fieldManager: Names.manager))
    guard Sameness.holds(after, before) else {
      throw Failure(
        expected: Digest.text(before), observed: Digest.text(after), request: Request.send("PUT", type, before.key))
    }
  }
}

extension Ledger.Entry: CustomStringConvertible {
  nonisolated var description: String {
    switch self {
    case .created(let type, let object): "\(type) \(object.key) cannot be deleted"
    case .changed(let type, let before): "\(type) \(before.key) cannot be restored"
    }
  }
}

/// Whether two states of an object are the same as far as a person cares. Pure.
enum Sameness {
  /// Whether labels, annotations, finalizers, owners and everything but the status are equal.
  static func holds(_ left: KubernetesObject, _ right: KubernetesObject) -> Bool { essence(left) == essence(right) }

  private static func essence(_ object: KubernetesObject) -> JSONObject {
    var content = object.content
    content["status"] = nil
    for key in ["managedFields", "resourceVersion", "generation", "creationTimestamp"] {
      content["metadata"]?[key] = nil
    }
    return content
  }
}
