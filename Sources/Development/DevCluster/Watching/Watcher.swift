// SPDX-License-Identifier: Apache-2.0

import JSON

/// One watch that runs.
struct Watcher {
  var type: ServedType
  var selection: Selection
  var form: Representation
  var allowsBookmarks: Bool
  /// Changes up to this revision were told.
  var revision: Int64
  var hasSentColumns = false
  var continuation: AsyncStream<[UInt8]>.Continuation
  var timer: Task<Void, Never>?
  /// What goes wrong with it.
  var fault = WatchFault()
  /// The frames that are kept back.
  var held: [WatchFrame] = []
  /// Whether a fault has ended it.
  var isOver = false
  /// How many frames were sent.
  var told = 0

  /// The frame of a change, if the watcher is to see it: an object that comes into the selection is added, one that
  /// leaves it is deleted.
  func event(_ change: Store.Change, _ present: (JSONValue) -> JSONValue) -> (kind: String, object: JSONValue)? {
    guard change.storage == type.storage else { return nil }
    let object = present(change.object)
    let previous = change.previous.map(present)
    let matches = change.kind != .deleted && selection.contains(object)
    let matched = previous.map(selection.contains) ?? false
    switch (matched, matches) {
    case (false, true): return ("ADDED", object)
    case (true, true): return ("MODIFIED", object)
    case (true, false):
      guard change.kind != .deleted, var last = previous else { return ("DELETED", object) }
      last.resourceVersion = change.revision
      return ("DELETED", last)
    case (false, false): return nil
    }
  }
}
