// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient

/// What of the objects of a target is asked for, and what of that is kept.
///
/// Three sieves, the cheapest first: the ``form`` saves the bytes on the way, the ``projection`` the memory while the
/// answer is parsed, ``reduce`` what only a look at the object can tell.
public struct WatchContent: Sendable {
  /// What to ask the server for.
  public var form: ObjectForm
  /// What to keep while parsing. `metadata` must keep name, namespace, `uid`, `resourceVersion`, `ownerReferences` if the
  /// owner index is used, and for bookmarks `annotations`.
  public var projection: JSONProjection
  /// What to make of an object before it is kept; nil for nothing, then it is not kept at all.
  public var reduce: ObjectStore.Projection

  /// How many objects a list request asks for at once; nil for as many as for other targets. A page is held in memory
  /// whole, so objects that may be large and are mostly dropped need a small one.
  public var pageSize: Int?

  /// A content with everything not given left whole.
  public init(
    form: ObjectForm = .whole, projection: JSONProjection = .everything, pageSize: Int? = nil,
    reduce: @escaping ObjectStore.Projection = { $0 }
  ) {
    self.pageSize = pageSize
    self.form = form
    self.projection = projection
    self.reduce = reduce
  }

  /// A content of these members, beside what a watch itself needs.
  public init(keeping paths: [[String]], reduce: @escaping ObjectStore.Projection) {
    let needed = [
      ["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"], ["metadata", "uid"],
      ["metadata", "resourceVersion"], ["metadata", "annotations", "k8s.io/initial-events-end"],
    ]
    self.init(projection: .keeping(needed + paths), reduce: reduce)
  }

  /// Whole objects. Needed for children, so that drift can be told with the name of who caused it.
  public static let whole = WatchContent()

  /// Everything but `metadata.managedFields`, which is about a third of a small object.
  public static let withoutManagedFields = WatchContent(
    projection: .dropping([["metadata", "managedFields"]]), reduce: ObjectStore.withoutManagedFields)

  /// Type and metadata, without `managedFields`, and nothing else: enough to know which objects exist.
  public static let metadata = WatchContent(
    form: .metadata,
    projection: .dropping([["metadata", "managedFields"], ["spec"], ["status"], ["data"], ["stringData"]]),
    reduce: ObjectStore.metadataOnly)
}
