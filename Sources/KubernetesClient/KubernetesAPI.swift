// SPDX-License-Identifier: Apache-2.0

public import JSON

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

/// Which part of a collection to list.
public struct ListQuery: Hashable, Sendable {
  /// The namespace, or nil for all.
  public var namespace: String?
  /// A label selector in the API's text form.
  public var labelSelector: String?
  /// A field selector in the API's text form.
  public var fieldSelector: String?
  /// The size of a page; nil for the whole collection at once.
  public var limit: Int?
  /// Where the page before ended.
  public var continueToken: String?
  /// How fresh the answer must be; nil for the most recent.
  public var resourceVersion: String?
  /// What to ask of each object.
  public var form: ObjectForm
  /// What to keep of each object; the rest never takes memory. Keep `metadata`'s names and versions.
  public var projection: JSONProjection

  /// A query with everything not given left out.
  public init(
    namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil, limit: Int? = nil,
    continueToken: String? = nil, resourceVersion: String? = nil, form: ObjectForm = .whole,
    projection: JSONProjection = .everything
  ) {
    self.namespace = namespace
    self.labelSelector = labelSelector
    self.fieldSelector = fieldSelector
    self.limit = limit
    self.continueToken = continueToken
    self.resourceVersion = resourceVersion
    self.form = form
    self.projection = projection
  }
}

/// What to ask of the objects of a collection.
public enum ObjectForm: Hashable, Sendable {
  /// Whole objects.
  case whole
  /// Their metadata only (`PartialObjectMetadata` of meta.k8s.io/v1); they keep the `apiVersion` and `kind` of their type.
  case metadata
}

/// One page of a collection.
public struct ObjectList: Sendable {
  /// The objects; `apiVersion` and `kind` are filled in where the server leaves them out.
  public var items: [KubernetesObject]
  /// The version of the collection, from which a watch goes on.
  public var resourceVersion: String
  /// Where the next page begins, or nil after the last.
  public var continueToken: String?

  /// A page made of its parts.
  public init(items: [KubernetesObject], resourceVersion: String, continueToken: String? = nil) {
    self.items = items
    self.resourceVersion = resourceVersion
    self.continueToken = continueToken
  }
}

/// Which part of a collection to watch, and from when.
public struct WatchQuery: Hashable, Sendable {
  /// The namespace, or nil for all.
  public var namespace: String?
  /// A label selector in the API's text form.
  public var labelSelector: String?
  /// A field selector in the API's text form.
  public var fieldSelector: String?
  /// The version after which to begin.
  public var resourceVersion: String?
  /// After how many seconds the server ends the watch.
  public var timeoutSeconds: Int
  /// Whether to send what is there first, ended by an annotated bookmark (KEP-3157).
  public var sendInitialEvents: Bool
  /// What to ask of each object.
  public var form: ObjectForm
  /// What to keep of each object; the rest never takes memory. Keep `metadata`'s names, versions and annotations.
  public var projection: JSONProjection

  /// A query with everything not given left out.
  public init(
    namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil,
    resourceVersion: String? = nil, timeoutSeconds: Int = 300, sendInitialEvents: Bool = false,
    form: ObjectForm = .whole, projection: JSONProjection = .everything
  ) {
    self.namespace = namespace
    self.labelSelector = labelSelector
    self.fieldSelector = fieldSelector
    self.resourceVersion = resourceVersion
    self.timeoutSeconds = timeoutSeconds
    self.sendInitialEvents = sendInitialEvents
    self.form = form
    self.projection = projection
  }
}

/// One frame of a watch.
public enum WatchEvent: Hashable, Sendable {
  case added(KubernetesObject)
  case modified(KubernetesObject)
  case deleted(KubernetesObject)
  /// Everything up to that version has been sent; `endsInitialEvents` is set on the one that ends a streaming list.
  case bookmark(resourceVersion: String, endsInitialEvents: Bool)
}

/// The frames of a watch as they come; to be read once.
public struct WatchStream: AsyncSequence, Sendable {
  /// A frame.
  public typealias Element = WatchEvent
  /// What reading throws.
  public typealias Failure = KubernetesError

  private let next: @Sendable () async throws(KubernetesError) -> WatchEvent?

  /// A stream whose frames come from a function that yields nil at the end.
  public init(next: @escaping @Sendable () async throws(KubernetesError) -> WatchEvent?) {
    self.next = next
  }

  /// An iterator over the frames.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let stream: WatchStream

    /// The next frame, or nil at the end.
    public mutating func next() async throws(KubernetesError) -> WatchEvent? {
      try await stream.next()
    }

    /// The next frame, or nil at the end.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(KubernetesError) -> WatchEvent? {
      try await stream.next()
    }
  }

  /// An iterator; all of a stream's share one place in it.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }
}

/// How to apply.
public struct ApplyOptions: Hashable, Sendable {
  /// The field manager.
  public var fieldManager: String
  /// Whether to take fields that another manager owns.
  public var force: Bool
  /// `status`, or nil for the object itself.
  public var subresource: String?
  /// Whether the server only answers what would become of it.
  public var dryRun: Bool

  /// Options with everything not given at its default.
  public init(fieldManager: String, force: Bool = false, subresource: String? = nil, dryRun: Bool = false) {
    self.fieldManager = fieldManager
    self.force = force
    self.subresource = subresource
    self.dryRun = dryRun
  }
}

/// A change to an object.
public enum Patch: Hashable, Sendable {
  /// A JSON merge patch (RFC 7386).
  case merge(JSONValue)
  /// A JSON patch (RFC 6902).
  case json([JSONValue])
}

/// How to write.
public struct WriteOptions: Hashable, Sendable {
  /// The field manager, or nil for the server to derive one from the user agent.
  public var fieldManager: String?
  /// `status`, or nil for the object itself.
  public var subresource: String?

  /// Options with everything not given left out.
  public init(fieldManager: String? = nil, subresource: String? = nil) {
    self.fieldManager = fieldManager
    self.subresource = subresource
  }
}

/// How to delete.
public struct DeleteOptions: Hashable, Sendable {
  /// What becomes of what the object owns.
  public enum Propagation: String, Hashable, Sendable {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
  }

  /// The identity that the object must have: a delete then never hits a successor of the same name.
  public var uid: String?
  /// The version that the object must have.
  public var resourceVersion: String?
  /// What becomes of what the object owns.
  public var propagation: Propagation

  /// Options with everything not given left out.
  public init(uid: String? = nil, resourceVersion: String? = nil, propagation: Propagation = .background) {
    self.uid = uid
    self.resourceVersion = resourceVersion
    self.propagation = propagation
  }
}
