// SPDX-License-Identifier: Apache-2.0

/// Where a watch begins.
struct WatchStart: Hashable, Sendable {
  /// Changes after this revision are told; nil to begin with everything there is.
  var revision: Int64?
  /// Whether a bookmark tells that everything there was has been told (KEP-3157).
  var sendsInitialEventsEnd = false

  /// - Throws: 500 for a version that is no number, as the real server does; 504 for one that does not exist yet.
  init(_ request: APIRequest, current: Int64) throws(APIStatus) {
    let text = request.parameter("resourceVersion") ?? ""
    var wanted: Int64 = 0
    if !text.isEmpty {
      guard let number = Int64(text), number >= 0 else {
        throw .internalError(
          "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax")
      }
      wanted = number
    }
    guard request.parameter("sendInitialEvents") == nil else {
      if request.flag("sendInitialEvents") {
        // What is sent must not be older than what the client has seen.
        guard wanted <= current else { throw .tooLarge(wanted, current: current) }
        sendsInitialEventsEnd = true
      } else {
        revision = wanted == 0 ? current : wanted
      }
      return
    }
    // Without a version the real server sends what there is, too (`SetListOptionsDefaults`).
    sendsInitialEventsEnd = wanted == 0
    revision = wanted == 0 ? nil : wanted
  }
}

/// When a watch gets bookmarks and when it ends.
struct WatchSchedule {
  enum Action: Hashable { case bookmark, end }
  var timeout: Duration
  var interval: Duration

  /// A bookmark every interval; near the end one two seconds before it and one a second before it, then the end. A watch
  /// that is hardly longer than that gets none. Source: `apiserver/pkg/storage/cacher.cacheWatcher.nextBookmarkTime`,
  /// whose second one falls out of the buckets of a second.
  func steps() -> some Sequence<(at: Duration, action: Action)> {
    let last = timeout - .seconds(2)
    var next = interval
    var told = 0
    var isOver = false
    return AnyIterator {
      if isOver { return nil }
      if interval > .zero, last > next {
        defer { next += interval }
        return (next, .bookmark)
      }
      if last > .seconds(2), told <= 1 {
        defer { told += 1 }
        return (last + .seconds(told), .bookmark)
      }
      isOver = true
      return (timeout, .end)
    }
  }
}
