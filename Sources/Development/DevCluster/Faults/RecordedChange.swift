// SPDX-License-Identifier: Apache-2.0

import JSON

/// One change of the store, for who judges what clients did.
public struct RecordedChange: Sendable {
  /// What happened.
  public enum Kind: Hashable, Sendable {
    case added, modified, deleted
  }

  /// What happened.
  public let kind: Kind
  /// The revision that it made.
  public let revision: Int64
  /// The group of the object's type; empty for the core group.
  public let group: String
  /// The plural of its type.
  public let plural: String
  /// The object afterwards; its last state if it was deleted.
  public let object: JSONValue
}

extension APIServer {
  /// The newest revision.
  public var revision: Int64 { store.revision }

  /// What has changed after a revision, oldest first, as far as the history goes back.
  public func changes(after revision: Int64) -> [RecordedChange] {
    store.changes.filter { $0.revision > revision }.map { change in
      let kind: RecordedChange.Kind =
        switch change.kind {
        case .added: .added
        case .modified: .modified
        case .deleted: .deleted
        }
      return RecordedChange(
        kind: kind, revision: change.revision, group: change.storage.group, plural: change.storage.plural,
        object: change.object)
    }
  }

  /// The revision of the newest change to objects of those plurals; 0 if the history knows of none.
  public func lastChange(of isMeant: (String) -> Bool) -> Int64 {
    store.changes.last { isMeant($0.storage.plural) }?.revision ?? 0
  }

  /// Everything that is there, type by type, in order of keys; for comparisons of whole stores.
  public func everything() -> [JSONValue] { store.storages.flatMap { store.objects($0) } }
}
