// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// What a controller asks of an API server. ``KubernetesClient`` asks a real one; a test may script the answers.
public protocol KubernetesAPI: Sendable {
  /// Reads one object.
  func get(_ type: ResourceType, _ key: ObjectKey) async throws(KubernetesError) -> KubernetesObject

  /// Reads one page of a collection.
  func list(_ type: ResourceType, _ query: ListQuery) async throws(KubernetesError) -> ObjectList

  /// Watches a collection. The stream ends when the server ends it, and throws when it breaks; an `ERROR` frame is
  /// thrown as the ``KubernetesError`` that it carries.
  func watch(_ type: ResourceType, _ query: WatchQuery) async throws(KubernetesError) -> WatchStream

  /// Applies the object on the server's side, as a field manager (KEP-555).
  func apply(
    _ type: ResourceType, _ object: KubernetesObject, _ options: ApplyOptions
  ) async throws(KubernetesError) -> KubernetesObject

  /// Patches one object.
  func patch(
    _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject

  /// Creates one object.
  func create(
    _ type: ResourceType, _ object: KubernetesObject, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject

  /// Replaces one object; its `resourceVersion`, if set, must still be current.
  func replace(
    _ type: ResourceType, _ object: KubernetesObject, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject

  /// Deletes one object. Returns once the server has accepted it, which may be before the object is gone.
  func delete(_ type: ResourceType, _ key: ObjectKey, _ options: DeleteOptions) async throws(KubernetesError)
}
