// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

/// The agent's DaemonSet as rendered, and what it was asked to be.
struct RenderedPod {
  let spec: ObservabilitySpec
  var daemonSet: JSONValue
  var kinds: [String]

  init(_ fixture: Fixture) throws {
    spec = fixture.object.spec
    daemonSet = try #require(fixture.child("DaemonSet"))
    kinds = fixture.children.map(\.kind)
  }

  var isPush: Bool { spec.metrics.delivery == .push }
  var isPrivileged: Bool { spec.nodeAgent.security.mode == .privileged }
  var pod: JSONValue { daemonSet[path: "spec", "template", "spec"] ?? .null }
  var agent: JSONValue { pod["containers"]?.array?.first ?? .null }
  var preflight: JSONValue { pod["initContainers"]?.array?.first ?? .null }
  var containers: [JSONValue] { [preflight, agent] }
  /// The containers that a profile can confine.
  var confined: [JSONValue] { isPrivileged ? [preflight] : containers }

  func bytes(_ value: JSONValue?) -> Int64? { value?.string.flatMap { Quantity.bytes($0) } }
}

/// What must hold of the agent's DaemonSet, whatever the object asks for.
///
/// Each rule says how a DaemonSet would break it, so that a rule that sees nothing is seen.
struct PodRule: Sendable, CustomTestStringConvertible {
  /// A change of the rendered DaemonSet, as path and value; a missing value removes what is there.
  struct Break: Sendable {
    let path: [String]
    let value: JSONValue?

    init(_ path: String..., value: JSONValue?) { (self.path, self.value) = (path, value) }
  }

  let name: String
  let breaks: [Break]
  let holds: @Sendable (RenderedPod) -> Bool

  var testDescription: String { name }

  init(_ name: String, breaks: [Break], holds: @escaping @Sendable (RenderedPod) -> Bool) {
    (self.name, self.breaks, self.holds) = (name, breaks, holds)
  }

  static let all: [PodRule] = security + host + bounds + workload
}

extension RenderedPod {
  /// The pod after a change; `agent` and `preflight` stand for the two containers, `daemonset` for what is around it.
  func broken(_ change: PodRule.Break) throws -> RenderedPod {
    var path = change.path
    switch try #require(path.first) {
    case "agent": path.replaceSubrange(0..<1, with: ["spec", "template", "spec", "containers", "0"])
    case "preflight": path.replaceSubrange(0..<1, with: ["spec", "template", "spec", "initContainers", "0"])
    case "daemonset": path.removeFirst()
    default: path.insert(contentsOf: ["spec", "template", "spec"], at: 0)
    }
    var result = self
    result.daemonSet = try Self.change(daemonSet, at: path[...], to: change.value)
    return result
  }

  private static func change(_ value: JSONValue, at path: ArraySlice<String>, to new: JSONValue?) throws -> JSONValue {
    guard let key = path.first else { return try #require(new) }
    let rest = path.dropFirst()
    if var elements = value.array {
      let index = try #require(Int(key))
      if rest.isEmpty, new == nil {
        elements.remove(at: index)
      } else if index == elements.count {
        elements.append(try #require(new))
      } else {
        elements[index] = try change(elements[index], at: rest, to: new)
      }
      return .array(elements)
    }
    var members = value.object ?? [:]
    members[key] = rest.isEmpty ? new : try change(members[key] ?? [:], at: rest, to: new)
    return .object(members)
  }
}
