// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// What an `APIResourceList` says. Pure.
enum Discovery {
  /// A type and what can be done with it.
  struct Resource: Hashable, Sendable {
    var type: ResourceType
    var verbs: Set<String>
    var shortNames: [String]
  }

  /// The resources of one group and version, without subresources.
  static func types(in list: JSONValue) -> [Resource] {
    let version = (list["groupVersion"]?.string ?? "").split(separator: "/").map(String.init)
    return (list["resources"]?.array ?? []).compactMap { entry in
      guard let plural = entry["name"]?.string, !plural.contains("/"), let kind = entry["kind"]?.string else {
        return nil
      }
      func texts(_ key: String) -> [String] { entry[key]?.array?.compactMap(\.string) ?? [] }
      return Resource(
        type: ResourceType(
          group: version.count > 1 ? version[0] : "", version: version.last ?? "", kind: kind, plural: plural,
          isNamespaced: entry["namespaced"]?.bool ?? false),
        verbs: Set(texts("verbs")), shortNames: texts("shortNames"))
    }
  }

  /// The paths of every group's preferred version.
  static func paths(in groups: JSONValue) -> [String] {
    ["/api/v1"]
      + (groups["groups"]?.array ?? []).compactMap { $0[path: "preferredVersion", "groupVersion"]?.string }
      .map { "/apis/\($0)" }
  }
}

/// An object in one line, for what a report says was observed.
enum Digest {
  /// The conditions of an `Observability` or another object, else its metadata and specification, in at most 600 bytes.
  static func text(_ object: KubernetesObject) -> String {
    let conditions = (object[path: "status", "conditions"]?.array ?? []).map { condition in
      func text(_ key: String) -> String { condition[key]?.string ?? "" }
      return "\(text("type"))=\(text("status")) \(text("reason")): \(text("message"))"
    }
    let generation = object.generation.map { ", generation \($0)" } ?? ""
    let deletion = object.isBeingDeleted ? ", being deleted" : ""
    guard conditions.isEmpty else {
      return bounded("\(object.kind) \(object.key)\(generation)\(deletion): \(conditions.joined(separator: "; "))")
    }
    var content = object.content
    content["metadata"]?["managedFields"] = nil
    return bounded("\(object.kind) \(object.key)\(deletion): \(JSONWriter.text(.object(content)))")
  }

  static func bounded(_ text: String, to limit: Int = 1200) -> String {
    text.utf8.count <= limit ? text : "\(text.prefix(limit))…"
  }
}
