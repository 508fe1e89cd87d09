// SPDX-License-Identifier: Apache-2.0

public import JSON
import KubernetesClient
import KubernetesCore
import Synchronization

/// Puts a mutating webhook before an API: what is applied is altered on its way in, and stays the field manager's own, as
/// on a real server, which takes the owners from the request before admission alters the object.
public final class AlteringAPI: KubernetesAPI {
  /// What the webhook makes of an object that is applied.
  public typealias Alteration = @Sendable (ResourceType, KubernetesObject) -> KubernetesObject

  private let api: any KubernetesAPI
  private let alteration: Mutex<Alteration?>

  /// The API behind such a webhook.
  public init(_ api: any KubernetesAPI, alteration: @escaping Alteration) {
    self.api = api
    self.alteration = Mutex(alteration)
  }

  /// Takes the webhook away.
  public func stopAltering() { alteration.withLock { $0 = nil } }

  /// Reads one object.
  public func get(_ type: ResourceType, _ key: ObjectKey) async throws(KubernetesError) -> KubernetesObject {
    try await api.get(type, key)
  }

  /// Reads one page.
  public func list(_ type: ResourceType, _ query: ListQuery) async throws(KubernetesError) -> ObjectList {
    try await api.list(type, query)
  }

  /// Watches a collection.
  public func watch(_ type: ResourceType, _ query: WatchQuery) async throws(KubernetesError) -> WatchStream {
    try await api.watch(type, query)
  }

  /// Applies what the webhook makes of the object.
  public func apply(
    _ type: ResourceType, _ object: KubernetesObject, _ options: ApplyOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    let alteration = options.subresource == nil ? alteration.withLock { $0 } : nil
    return try await api.apply(type, alteration?(type, object) ?? object, options)
  }

  /// Patches one object, unaltered.
  public func patch(
    _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    try await api.patch(type, key, patch, options)
  }

  /// Creates one object, unaltered.
  public func create(
    _ type: ResourceType, _ object: KubernetesObject, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    try await api.create(type, object, options)
  }

  /// Replaces one object, unaltered.
  public func replace(
    _ type: ResourceType, _ object: KubernetesObject, _ options: WriteOptions
  ) async throws(KubernetesError) -> KubernetesObject {
    try await api.replace(type, object, options)
  }

  /// Reads the schema of a type.
  public func schema(of type: ResourceType) async throws(KubernetesError) -> JSONValue? {
    try await api.schema(of: type)
  }

  /// Whether the type is served.
  public func serves(_ type: ResourceType) async throws(KubernetesError) -> Bool {
    try await api.serves(type)
  }

  /// Deletes one object.
  public func delete(_ type: ResourceType, _ key: ObjectKey, _ options: DeleteOptions) async throws(KubernetesError) {
    try await api.delete(type, key, options)
  }
}
