// SPDX-License-Identifier: Apache-2.0

import JSON

/// The metadata that the server itself reads and writes.
extension JSONValue {
  var meta: JSONValue {
    get { self["metadata"] ?? [:] }
    set { self["metadata"] = newValue }
  }

  var name: String { meta["name"]?.string ?? "" }
  var namespace: String { meta["namespace"]?.string ?? "" }
  var uid: String { meta["uid"]?.string ?? "" }
  var objectKey: ObjectKey { ObjectKey(namespace: namespace, name: name) }
  var isBeingDeleted: Bool { meta["deletionTimestamp"]?.string != nil }
  var labels: [String: String] { meta["labels"].map(Self.texts) ?? [:] }

  var resourceVersion: Int64? {
    get { meta["resourceVersion"]?.string.flatMap { Int64($0) } }
    set { meta["resourceVersion"] = newValue.map { .string(String($0)) } }
  }

  var generation: Int64? {
    get { meta["generation"]?.integer }
    set { meta["generation"] = newValue.map { .integer($0) } }
  }

  /// The finalizers; an empty list leaves no member behind.
  var finalizers: [String] {
    get { meta["finalizers"]?.array?.compactMap(\.string) ?? [] }
    set { meta.setList("finalizers", newValue.map { .string($0) }) }
  }

  var ownerReferences: [JSONValue] {
    get { meta["ownerReferences"]?.array ?? [] }
    set { meta.setList("ownerReferences", newValue) }
  }

  private mutating func setList(_ key: String, _ list: [JSONValue]) {
    if list.isEmpty {
      self[key] = nil
    } else {
      self[key] = .array(list)
    }
  }

  /// The members of an object whose values are text.
  static func texts(_ value: JSONValue) -> [String: String] {
    var texts: [String: String] = [:]
    for (key, member) in value.object ?? [:] { if let text = member.string { texts[key] = text } }
    return texts
  }

  /// The object without one member.
  func without(_ key: String) -> JSONValue {
    var copy = self
    copy[key] = nil
    return copy
  }
}
