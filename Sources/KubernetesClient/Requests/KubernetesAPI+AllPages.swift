// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

extension KubernetesAPI {
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
