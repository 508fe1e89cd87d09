// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

/// The least that is needed to replay recorded writes: a dictionary of objects, and the order in which the pure parts
/// are called. The clock is a counter.
struct ReplayedServer {
  private var objects: [String: JSONValue] = [:]
  private var custom: [String: TypeRules] = [:]
  private var seconds = 0

  enum Answer {
    case object(JSONValue, unknown: [String], isUnchanged: Bool)
    case invalid([FieldFailure])
    case undecodable(String)
    case refused(ApplyError)
  }

  mutating func answer(_ recording: Recording) throws -> Answer {
    let (path, subresource, query) = recording.target
    seconds += 1
    let now = "2026-01-01T00:00:\(seconds < 10 ? "0" : "")\(seconds)Z"
    let place =
      recording.method == "POST" ? path + "/" + (recording.body[path: "metadata", "name"]?.string ?? "") : path
    let live = objects[place]
    var body = recording.isMergePatch ? Self.merged(live ?? [:], recording.body) : recording.body
    let rules = try rules(for: body)
    let version = try #require(body["apiVersion"]?.string)
    let ignoring = rules.resetFields(subresource: subresource)

    var object: JSONValue
    var unknown: [String] = []
    if recording.isApply {
      do throws(ApplyError) {
        object = try FieldManagement.apply(
          live: live, applied: body, manager: query["fieldManager"] ?? "", subresource: subresource,
          apiVersion: version, force: query["force"] == "true", schema: rules.schema, ignoring: ignoring, now: now
        ).object
      } catch {
        return .refused(error)
      }
      object = rules.defaults(rules.canonicalize(object))
    } else {
      if rules.decodes, let problem = rules.decodingProblem(body, kind: body["kind"]?.string ?? "") {
        return .undecodable(problem)
      }
      (body, unknown) = rules.schema.pruned(body)
      if let live, rules.hasStatusSubresource {
        if subresource == nil { body["status"] = live["status"] } else { body["spec"] = live["spec"] }
      }
      // A server sets these itself; the recorded ones are another server's.
      for name in ["uid", "resourceVersion", "generation", "creationTimestamp"] where body["metadata"] != nil {
        body["metadata"]?[name] = nil
      }
      object = rules.defaults(rules.canonicalize(body))
      let failures = rules.validate(object, live)
      if !failures.isEmpty { return .invalid(failures) }
      object = FieldManagement.update(
        live: live, new: object, manager: "recorder", subresource: subresource, apiVersion: version,
        schema: rules.schema, ignoring: ignoring, now: now)
    }
    if let namespace = path.split(separator: "/").drop(while: { $0 != "namespaces" }).dropFirst().first {
      object["metadata"]?["namespace"] = .string(String(namespace))
    }
    if recording.isApply {
      let failures = rules.validate(object, live)
      if !failures.isEmpty { return .invalid(failures) }
    }
    if let live { object = FieldManagement.keepingTimes(of: live, in: object) }
    objects[place] = object
    if object["kind"] == "CustomResourceDefinition" { try register(object) }
    return .object(object, unknown: unknown, isUnchanged: object == live)
  }

  mutating func register(_ definition: JSONValue) throws {
    let kind = try #require(definition[path: "spec", "names", "kind"]?.string)
    let version = try #require(definition[path: "spec", "versions"]?.array?.first)
    let schema = try StructuralSchema(openAPI: try #require(version[path: "schema", "openAPIV3Schema"]))
    custom[kind] = .custom(schema, hasStatusSubresource: version[path: "subresources", "status"] != nil)
  }

  private func rules(for body: JSONValue) throws -> TypeRules {
    let kind = try #require(body["kind"]?.string)
    if let rules = custom[kind] { return rules }
    let version = try #require(body["apiVersion"]?.string).split(separator: "/")
    return try #require(TypeRules.builtIn(group: version.count > 1 ? String(version[0]) : "", kind: kind))
  }

  /// A JSON merge patch, RFC 7386.
  private static func merged(_ target: JSONValue, _ patch: JSONValue) -> JSONValue {
    guard case .object(let members) = patch else { return patch }
    var result = target.object == nil ? [:] : target
    for (name, value) in members { result[name] = value.isNull ? JSONValue?.none : merged(result[name] ?? [:], value) }
    return result
  }
}

extension TypeRules {
  /// Whether objects go through Go types; custom resources do not.
  fileprivate var decodes: Bool { schema.properties["metadata"]?.presence == .alwaysStructure }
}
