// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import JSON
import KubernetesCore

/// The objects of a cluster as a release of the operator left them: what `record-release` writes, one object a line.
///
/// Roles and policies are not part of it: they are installed, and not left behind.
public struct RecordedState: Sendable {
  /// Every object, as it was stored.
  public let objects: [JSONValue]

  /// The state of a cluster.
  public init(objects: [JSONValue]) {
    self.objects = objects.filter { object in
      let group = object["apiVersion"]?.string ?? ""
      return !group.hasPrefix("rbac.") && !group.hasPrefix("admissionregistration.")
    }
  }

  /// What ``text`` wrote.
  ///
  /// - Throws: ``JSONError``.
  public init(text: String) throws {
    objects = try text.split(separator: "\n").map { try JSONParser.parse(String($0)) }
  }

  /// One object a line.
  public var text: String { objects.map { JSONWriter.text($0) + "\n" }.joined() }

  /// When the last thing happened.
  public var end: KubernetesCore.Timestamp? {
    objects.flatMap { $0[path: "metadata", "managedFields"]?.array ?? [] }
      .compactMap { $0["time"]?.string.flatMap { KubernetesCore.Timestamp(rfc3339: $0) } }.max()
  }

  /// An environment whose time of day goes on where the record ends, so that nothing in it grows old.
  public func environment() -> RuntimeEnvironment {
    let live = RuntimeEnvironment.live
    let (origin, end) = (live.timestamp().secondsSinceEpoch, end?.secondsSinceEpoch ?? 0)
    return RuntimeEnvironment(
      now: live.now, sleep: live.sleep,
      timestamp: { KubernetesCore.Timestamp(secondsSinceEpoch: end + live.timestamp().secondsSinceEpoch - origin) },
      random: live.random)
  }

  /// What differs between two states, apart from resource versions and managed fields: a line for each object that was created, deleted or
  /// changed, with the members that changed.
  public static func differences(_ before: [JSONValue], _ after: [JSONValue]) -> [String] {
    let (old, new) = (byName(before), byName(after))
    return Set(old.keys).union(new.keys).sorted().compactMap { name in
      switch (old[name], new[name]) {
      case (nil, _?): return "\(name): created"
      case (_?, nil): return "\(name): deleted"
      case (let before?, let after?) where before != after:
        return "\(name): \(paths(before, after).joined(separator: " "))"
      default: return nil
      }
    }
  }

  private static func byName(_ objects: [JSONValue]) -> [String: JSONValue] {
    Dictionary(
      objects.map { object in
        var object = object
        for member in ["resourceVersion", "managedFields"] { object["metadata"]?[member] = nil }
        let metadata = object["metadata"]
        let names = [object["kind"], metadata?["namespace"], metadata?["name"]].compactMap { $0?.string }
        return (names.joined(separator: "/"), object)
      }, uniquingKeysWith: { $1 })
  }

  private static func paths(_ old: JSONValue?, _ new: JSONValue?, at path: String = "") -> [String] {
    guard old != new else { return [] }
    switch (old, new) {
    case (.object(let old)?, .object(let new)?):
      return Set(old.keys).union(new.keys).sorted().flatMap { paths(old[$0], new[$0], at: "\(path).\($0)") }
    case (.array(let old)?, .array(let new)?) where old.count == new.count:
      return zip(old, new).enumerated().flatMap { paths($1.0, $1.1, at: "\(path)[\($0)]") }
    default: return [path]
    }
  }
}
