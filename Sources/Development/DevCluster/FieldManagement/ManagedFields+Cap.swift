// SPDX-License-Identifier: Apache-2.0

extension ManagedFields {
  /// How many entries of managers that update an object may have.
  static let maximumUpdaters = 10
  /// The name under which the oldest ones are put together.
  static let bucketName = "ancient-changes"

  /// Puts the oldest updates of one version together until there are no more than ``maximumUpdaters``. Appliers stay.
  ///
  /// Source: `k8s.io/apimachinery/pkg/util/managedfields/internal/capmanagers.go`.
  mutating func capUpdaters() {
    let updaters = entries.filter { $0.key.operation == .update }.sorted { left, right in
      (left.value.time ?? "", left.key.description) < (right.value.time ?? "", right.key.description)
    }
    var surplus = updaters.count - Self.maximumUpdaters
    var firstOfVersion: [String: Manager] = [:]
    for (manager, entry) in updaters where surplus > 0 {
      guard let first = firstOfVersion[entry.apiVersion] else {
        firstOfVersion[entry.apiVersion] = manager
        continue
      }
      let bucket = Manager(
        name: Self.bucketName, operation: .update, subresource: nil, apiVersion: entry.apiVersion)
      let collected = entries[bucket] ?? entries.removeValue(forKey: first)
      let fields = collected?.fields.union(entry.fields) ?? entry.fields
      entries[manager] = nil
      // The bucket is as young as the youngest in it.
      entries[bucket] = Entry(fields: fields, apiVersion: entry.apiVersion, time: entry.time)
      surplus -= 1
    }
  }
}
