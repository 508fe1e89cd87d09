// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON

/// Finds deletions that hit what was desired all its life: the work of someone who decided by an outdated view, and did
/// not say which object was meant (Sieve, OSDI '22, "stale state").
///
/// A child that was not desired at some time since it was made may be deleted late, even if it is desired again by
/// then: whoever decided had seen it undesired, and makes it anew. A write that was under way when its bundle went may
/// still give a child of the successor to an owner that is no more, and so to the garbage collector.
struct DeletionJudge {
  private var revision: Int64 = 0
  /// The items of each bundle: what it desires, and its uid.
  private var bundles: [String: (uid: String, children: Set<String>)] = [:]
  /// Children that were desired ever since they are there, by name, with their uid and their owner's.
  private var alwaysDesired: [String: (uid: String, owner: String)] = [:]
  /// Bundles that are no more, by uid, with the revision at which they went.
  private var gone: [String: Int64] = [:]
  private(set) var wrongDeletions: [String] = []

  /// Judges what has happened since.
  ///
  /// - Parameter spared: uids of children that were deleted by others than the controller.
  mutating func judge(_ changes: [RecordedChange], spared: Set<String>, _ writes: WriteLog) {
    for change in changes where change.revision > revision {
      revision = change.revision
      let name = change.object["metadata"]?["name"]?.string ?? ""
      let uid = change.object["metadata"]?["uid"]?.string ?? ""
      let owner = change.object["metadata"]?["ownerReferences"]?.array?.first?["uid"]?.string ?? ""
      switch (change.plural, change.kind) {
      case ("bundles", .deleted):
        bundles[name] = nil
        gone[uid] = revision
      case ("bundles", _):
        let isGoing = change.object["metadata"]?["deletionTimestamp"] != nil
        let items = change.object["spec"]?["items"]?.object ?? [:]
        bundles[name] = isGoing ? nil : (uid, Set(items.map { "\(name)-\($0.key)" }))
      case ("configmaps", .modified):
        if let end = gone[owner], writes.wasSent(for: name, of: owner, before: end, effectAt: revision) {
          alwaysDesired[name] = nil
        }
      case ("configmaps", .added):
        alwaysDesired[name] = (uid, owner)
      case ("configmaps", .deleted):
        if let child = alwaysDesired.removeValue(forKey: name), child.uid == uid, !spared.contains(uid) {
          wrongDeletions.append("child \(name) was deleted at revision \(revision), though it was desired all its life")
        }
      default: continue
      }
      alwaysDesired = alwaysDesired.filter { name, child in
        bundles.values.contains { $0.uid == child.owner && $0.children.contains(name) }
      }
    }
  }

  /// Begins anew after the server's history was exchanged: nothing is known of what is there. Bundles that the new
  /// history has not are no more either.
  mutating func reset(at revision: Int64, bundles objects: [JSONValue]) {
    self.revision = revision
    alwaysDesired = [:]
    let before = bundles
    bundles = [:]
    for object in objects where object["metadata"]?["deletionTimestamp"] == nil {
      let name = object["metadata"]?["name"]?.string ?? ""
      let items = object["spec"]?["items"]?.object ?? [:]
      bundles[name] = (object["metadata"]?["uid"]?.string ?? "", Set(items.map { "\(name)-\($0.key)" }))
    }
    for (name, bundle) in before where bundles[name]?.uid != bundle.uid { gone[bundle.uid] = revision }
  }
}
