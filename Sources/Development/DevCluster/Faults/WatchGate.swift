// SPDX-License-Identifier: Apache-2.0

import JSON

/// One frame of a watch, before it is bytes.
struct WatchFrame: Sendable {
  var kind: String
  var object: JSONValue
  /// The object that it is about; nil for what is about none, such as a bookmark.
  var key: ObjectKey?

  var bytes: [UInt8] {
    JSONWriter.bytes(["type": .string(kind), "object": object], order: .asGiven) + [UInt8(ascii: "\n")]
  }

  /// What a client sees that was shown only the last of these frames for each object.
  ///
  /// Nothing is moved over a bookmark: it promises that all before it was told.
  static func coalesced(_ frames: [WatchFrame]) -> [WatchFrame] {
    var last: [WatchFrame] = []
    var sinceBookmark = 0
    for frame in frames {
      guard let key = frame.key else {
        last.append(frame)
        sinceBookmark = last.count
        continue
      }
      guard let place = last[sinceBookmark...].firstIndex(where: { $0.key == key }) else {
        last.append(frame)
        continue
      }
      let before = last.remove(at: place)
      var frame = frame
      switch (before.kind, frame.kind) {
      case ("ADDED", "DELETED"): continue
      case ("ADDED", "MODIFIED"): frame.kind = "ADDED"
      case ("DELETED", "ADDED"): frame.kind = "MODIFIED"
      default: break
      }
      last.append(frame)
    }
    return last
  }
}

extension Watcher {
  /// Sends a frame, or keeps it back; says whether there was room for it.
  mutating func send(_ frame: WatchFrame) -> Bool {
    guard !fault.holds else {
      held.append(frame)
      return true
    }
    if let limit = fault.expiresAfter, told >= limit {
      let gone = APIStatus.expired("too old resource version: the watch has expired on purpose")
      continuation.yield(WatchFrame(kind: "ERROR", object: gone.body).bytes)
      continuation.finish()
      isOver = true
      return true
    }
    told += 1
    let bytes = frame.bytes
    if fault.duplicates { continuation.yield(bytes) }
    if case .dropped = continuation.yield(bytes) { return false }
    return true
  }

  /// Sends what was kept back.
  mutating func release() {
    guard fault.holds else { return }
    fault.holds = false
    let frames = fault.coalesces ? WatchFrame.coalesced(held) : held
    held = []
    for frame in frames where !send(frame) {
      continuation.finish()
      return
    }
  }
}

extension APIServer {
  /// Keeps the frames of all watches that run back until ``releaseWatches()``.
  ///
  /// - Parameter resource: the plural of the only resource whose watches are held; nil for all.
  public func holdWatches(of resource: String? = nil, coalescing: Bool = false) {
    for (id, watcher) in watchers where resource == nil || watcher.type.plural == resource {
      watchers[id]?.fault.holds = true
      watchers[id]?.fault.coalesces = coalescing
    }
  }

  /// Sends what watches were kept from telling.
  public func releaseWatches() {
    for id in watchers.keys.sorted() { watchers[id]?.release() }
  }

  /// How many watches are kept from telling.
  public var heldWatches: Int { watchers.values.count { $0.fault.holds } }

  /// Ends all watches that run with an `ERROR` frame of code 410, as when their place in the history is compacted.
  public func expireWatches() {
    for id in watchers.keys.sorted() {
      watchers[id]?.fault = WatchFault(expiresAfter: 0)
      _ = watchers[id]?.send(WatchFrame(kind: "BOOKMARK", object: .null))
    }
  }
}
