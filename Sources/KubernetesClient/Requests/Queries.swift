// SPDX-License-Identifier: Apache-2.0

public import JSON
import KubernetesCore

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
