// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import KubernetesCore

/// A whole store in a form in which two clusters can be compared: without what differs from run to run.
struct ComparableStore: Equatable, Sendable {
  /// What is left out, wherever it stands: identities, versions, times.
  static let masked: Set<String> = [
    "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "lastTransitionTime", "lastHeartbeatTime",
    "lastUpdateTime", "lastProbeTime", "startTime", "startedAt", "time", "clusterIP", "clusterIPs",
    // Of what was applied, the owner's identity among it.
    "hash",
  ]
  /// What is left out because it follows from what the operator makes up, or from when it did something.
  static let derived: Set<String> = [
    "observability.cozystack.io/secrets-hash", "observability.cozystack.io/coroot-key-hash",
  ]
  /// The label of servers and of the Service that selects them: the time of a change and the server's own ID stand in it.
  static let integrations = "observability.cozystack.io/integrations"
  /// What is left out as a whole: Events tell what happened, not what is; pods are the server's own work.
  static let maskedKinds: Set<String> = ["Event", "Pod", "Lease", "ControllerRevision"]

  /// The objects by kind, namespace and name.
  let objects: [String: JSONValue]

  /// The store as it is now.
  init(of server: APIServer) async {
    var objects: [String: JSONValue] = [:]
    let generated = await GeneratedSecrets.values(in: server)
    for object in await server.everything() {
      let kind = object["kind"]?.string ?? ""
      guard !Self.maskedKinds.contains(kind) else { continue }
      let name = [kind, object["metadata"]?["namespace"]?.string, object["metadata"]?["name"]?.string]
      objects[name.compactMap(\.self).joined(separator: "/")] =
        Self.masking(kind == "Secret" ? Self.naming(generated, in: object) : object)
    }
    self.objects = objects
  }

  /// In words, what is not as in another store.
  func differences(from other: ComparableStore) -> [String] {
    Set(objects.keys).union(other.objects.keys).sorted().compactMap { name in
      switch (objects[name], other.objects[name]) {
      case (nil, _?): return "\(name) is not there"
      case (_?, nil): return "\(name) is left over"
      case (let mine?, let others?) where mine != others: return "\(name): \(Self.place(mine, others, name))"
      default: return nil
      }
    }
  }

  /// The first place in which two values differ.
  private static func place(_ mine: JSONValue, _ others: JSONValue, _ path: String) -> String {
    if let left = mine.object, let right = others.object {
      for key in Set(left.map(\.key)).union(right.map(\.key)).sorted() where left[key] != right[key] {
        return place(left[key] ?? .null, right[key] ?? .null, "\(path).\(key)")
      }
    }
    return "\(path) is \(JSONWriter.text(mine)), not \(JSONWriter.text(others))"
  }

  /// A Secret as text, with the names of what was made up in the place of the values.
  private static func naming(_ generated: [String: String], in secret: JSONValue) -> JSONValue {
    guard let content = secret.object, let data = secret["data"]?.object else { return secret }
    var named = secret
    // A process that does not know of a Secret that is there applies its labels, and so owns them too.
    if GeneratedSecrets.keys[secret["metadata"]?["name"]?.string ?? ""] != nil {
      named["metadata"]?["managedFields"] = nil
    }
    named["data"] = .object(
      JSONObject(
        data.map { key, _ in
          var text = String(decoding: KubernetesObject(content).secretData(key) ?? [], as: UTF8.self)
          for (value, name) in generated { text = text.replacing(value, with: "<\(name)>") }
          return (key, .string(text))
        }))
    return named
  }

  private static func masking(_ value: JSONValue) -> JSONValue {
    if let members = value.object {
      return .object(
        JSONObject(
          members.compactMap { name, value in
            if masked.contains(name) || derived.contains(name) { return nil }
            if name == integrations, let value = value.string, !["none", "closed"].contains(value) {
              return (name, "stored")
            }
            // The owners of fields are told by keys such as `k:{"uid":"…"}`.
            return (name.hasPrefix("k:{\"uid\"") ? "k:uid" : name, masking(value))
          }))
    }
    if let elements = value.array {
      let masked = elements.map(masking)
      // The managers of fields stand in the order of their times, conditions in that in which they came up.
      guard masked.first?["fieldsV1"] != nil || masked.first?["reason"] != nil else { return .array(masked) }
      return .array(masked.sorted { JSONWriter.text($0) < JSONWriter.text($1) })
    }
    return value
  }
}
