// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON

/// What is desired and what is there, read from the store itself.
struct Truth {
  /// Children by name: the value that they must have.
  var desired: [String: (bundle: String, uid: String, value: String)] = [:]
  /// What is wrong, in words; empty if what is there is what is desired.
  var differences: [String] = []

  init(bundles: [JSONValue], children: [JSONValue]) {
    var uids: Set<String> = []
    for bundle in bundles where bundle["metadata"]?["deletionTimestamp"] == nil {
      guard let name = bundle["metadata"]?["name"]?.string, let uid = bundle["metadata"]?["uid"]?.string else {
        continue
      }
      uids.insert(uid)
      let items = bundle["spec"]?["items"]?.object ?? [:]
      for (item, value) in items { desired["\(name)-\(item)"] = (name, uid, value.string ?? "") }
      let generation = bundle["metadata"]?["generation"]?.integer
      if bundle["status"]?["observedGeneration"]?.integer != generation {
        differences.append("bundle \(name) has generation \(generation ?? 0), its status tells of another")
      }
      let told = Set((bundle["status"]?["inventory"]?.array ?? []).compactMap { $0["name"]?.string })
      if told != Set(items.map { "\(name)-\($0.key)" }) {
        differences.append("bundle \(name) has items \(items.map(\.key).sorted()), its inventory is \(told.sorted())")
      }
    }
    var found: Set<String> = []
    for child in children {
      guard let name = child["metadata"]?["name"]?.string, name != "kube-root-ca.crt" else { continue }
      let owner = child["metadata"]?["ownerReferences"]?.array?.first?["uid"]?.string
      if let owner, !uids.contains(owner) { differences.append("child \(name) outlives its bundle") }
      guard let wanted = desired[name] else {
        // What has lost both its label and its owner cannot be told from what users made.
        if let owner, uids.contains(owner), child["metadata"]?["labels"]?["example.org/bundle"] != nil {
          differences.append("child \(name) is there and not desired")
        }
        continue
      }
      found.insert(name)
      let value = child["data"]?["value"]?.string
      if value != wanted.value {
        differences.append("child \(name) holds \(value ?? "nothing"), desired is \(wanted.value)")
      }
      if owner != wanted.uid { differences.append("child \(name) has another owner than bundle \(wanted.bundle)") }
      if child["metadata"]?["labels"]?["example.org/bundle"]?.string != wanted.bundle {
        differences.append("child \(name) has lost its label")
      }
    }
    for name in desired.keys where !found.contains(name) { differences.append("child \(name) is not there") }
    differences.sort()
  }
}
