// SPDX-License-Identifier: Apache-2.0

public import JSON
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

  /// Reads the schema that the server publishes for the type (`/openapi/v3`, KEP-2896), which by default every
  /// authenticated client may; nil if it publishes none.
  func schema(of type: ResourceType) async throws(KubernetesError) -> JSONValue?

  /// Whether the server serves the type, which by default every authenticated client may ask.
  func serves(_ type: ResourceType) async throws(KubernetesError) -> Bool

  /// Deletes one object. Returns once the server has accepted it, which may be before the object is gone.
  func delete(_ type: ResourceType, _ key: ObjectKey, _ options: DeleteOptions) async throws(KubernetesError)
}

extension KubernetesAPI {
  /// Nil: what is asked publishes no schemas.
  public func schema(of type: ResourceType) async throws(KubernetesError) -> JSONValue? { nil }

  /// True: what is asked serves every type.
  public func serves(_ type: ResourceType) async throws(KubernetesError) -> Bool { true }

  /// Reads a whole collection, page by page (KEP-365).
  ///
  /// The server keeps the state behind the pages for a few minutes. If that is over in between (410), all is read again
  /// from the start, once and in one piece, which cannot expire midway.
  ///
  /// - Parameter query: its `limit` is the size of a page, 500 if not given, as in client-go.
  /// - Throws: ``KubernetesError/oversized(_:)`` if there is more than a process of 128 MiB can hold, and
  ///   ``KubernetesError/malformed(_:)`` if the pages have no end.
  /// - Returns: all objects, at the version of the last page, without a `continueToken`.
  public func listAll(_ type: ResourceType, _ query: ListQuery) async throws(KubernetesError) -> ObjectList {
    var page = query
    page.limit = query.limit ?? 500
    page.continueToken = nil
    var items: [KubernetesObject] = []
    var mayStartOver = true
    var progress = ListProgress(of: "\(type)")
    while true {
      let list: ObjectList
      do throws(KubernetesError) {
        list = try await self.list(type, page)
      } catch {
        guard error.isExpired, page.continueToken != nil, mayStartOver else { throw error }
        mayStartOver = false
        items = []
        progress = ListProgress(of: "\(type)")
        page = query
        page.limit = nil
        page.continueToken = nil
        list = try await self.list(type, page)
      }
      if let refusal = progress.refusal(of: list) { throw refusal }
      items += list.items
      guard let token = list.continueToken else {
        return ObjectList(items: items, resourceVersion: list.resourceVersion)
      }
      page.continueToken = token
      // The token stands for a version; the server refuses a second one beside it.
      page.resourceVersion = nil
    }
  }
}
