// SPDX-License-Identifier: Apache-2.0

import JSON

/// The `metadata.managedFields` of an object, read for computing.
///
/// Source: `k8s.io/apimachinery/pkg/util/managedfields/internal/managedfields.go`.
struct ManagedFields: Sendable {
  /// Who owns fields: entries that agree in all of this are one.
  struct Manager: Hashable, Sendable {
    enum Operation: String, Sendable {
      case apply = "Apply"
      case update = "Update"
    }

    let name: String
    let operation: Operation
    let subresource: String?
    /// Nil for managers that apply: they keep their fields when they change the version.
    let apiVersion: String?
  }

  /// What one manager owns.
  struct Entry: Sendable {
    var fields: FieldSet
    var apiVersion: String
    var time: String?
  }

  var entries: [Manager: Entry] = [:]

  init() {}

  /// Reads the entries. One that cannot be read makes the whole count as absent, as in the API server.
  init?(_ value: JSONValue?) {
    guard case .array(let list)? = value, !list.isEmpty else { return nil }
    // A single empty entry is how a client resets the bookkeeping.
    if list == [[:]] { return }
    for item in list {
      guard let name = item["manager"]?.string, let version = item["apiVersion"]?.string,
        let operation = item["operation"]?.string.flatMap(Manager.Operation.init),
        let fields = item["fieldsV1"].flatMap(FieldSet.init(fieldsV1:))
      else { return nil }
      let subresource = item["subresource"]?.string
      let manager = Manager(
        name: name, operation: operation, subresource: subresource == "" ? nil : subresource,
        apiVersion: operation == .apply ? nil : version)
      entries[manager] = Entry(fields: fields, apiVersion: version, time: item["time"]?.string)
    }
  }

  /// The entries as they stand in an object, nil if there are none: those that apply first, then by time and name.
  var value: JSONValue? {
    guard !entries.isEmpty else { return nil }
    let sorted = entries.sorted { left, right in
      let first = Self.order(left.key, left.value)
      let second = Self.order(right.key, right.value)
      return first.lexicographicallyPrecedes(second)
    }
    return .array(
      sorted.map { manager, entry in
        var item: JSONValue = [
          "manager": .string(manager.name), "operation": .string(manager.operation.rawValue),
          "apiVersion": .string(entry.apiVersion),
        ]
        if let time = entry.time { item["time"] = .string(time) }
        item["fieldsType"] = "FieldsV1"
        item["fieldsV1"] = entry.fields.fieldsV1
        if let subresource = manager.subresource { item["subresource"] = .string(subresource) }
        return item
      })
  }

  private static func order(_ manager: Manager, _ entry: Entry) -> [String] {
    [manager.operation.rawValue, entry.time ?? "", manager.name, entry.apiVersion, manager.subresource ?? ""]
  }

  /// Applies a change to what each manager but one owns, and forgets those that own nothing any more.
  mutating func change(except: Manager?, _ body: (FieldSet) -> FieldSet) {
    for (manager, entry) in entries where manager != except {
      entries[manager]?.fields = body(entry.fields)
    }
    entries = entries.filter { !$0.value.fields.isEmpty || $0.key == except }
  }
}

extension ManagedFields.Manager: CustomStringConvertible {
  /// The manager as a conflict names it.
  var description: String {
    var text = "\"\(name)\""
    if let subresource { text += " with subresource \"\(subresource)\"" }
    if let apiVersion { text += " using \(apiVersion)" }
    return text
  }
}

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
