// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the init container `preflight` tells the operator: its termination message, one JSON object of fixed shape.
///
/// ```json
/// {"verdict":"ok","reason":"Prepared","changed":["net.netfilter.nf_conntrack_events: 2 -> 1"],"message":"…"}
/// ```
public struct PreflightReport: Hashable, Sendable {
  /// What is to follow from it.
  public enum Verdict: String, Hashable, Sendable {
    /// The agent can run.
    case ok
    /// This node cannot carry the agent as it is; trying again changes nothing. `reason` is the name of an
    /// ``IneligibilityReason``.
    case ineligible
    /// Preflight could not do its work; the kubelet tries again.
    case failed
  }

  /// The longest termination message that the kubelet keeps, in bytes.
  ///
  /// See "Customizing the termination message" in the Kubernetes documentation.
  public static let limit = 4096

  /// What is to follow.
  public var verdict: Verdict
  /// One word in CamelCase.
  public var reason: String
  /// What was changed on the node, or would be.
  public var changed: [String]
  /// A sentence for a person, with the way out if something is wrong.
  public var message: String

  /// A report made of its parts.
  public init(verdict: Verdict, reason: String, changed: [String] = [], message: String) {
    self.verdict = verdict
    self.reason = reason
    self.changed = changed
    self.message = message
  }

  /// Reads a termination message; nil if it is not of this shape.
  ///
  /// Whoever can write to a pod's status decides what stands there, so it is bounded, and nothing is taken on trust
  /// that ``json`` would not write.
  public init?(terminationMessage text: String) {
    guard text.utf8.count <= Self.limit,
      let value = try? JSONParser.parse(text, limits: JSONLimits(bytes: Self.limit, depth: 4))
    else { return nil }
    self.init(value)
  }

  /// Reads what ``json`` wrote; nil if it is not of that shape.
  public init?(_ value: JSONValue) {
    guard let verdict = value["verdict"]?.string.flatMap(Verdict.init(rawValue:)),
      let reason = value["reason"]?.string, !reason.isEmpty, reason.utf8.count <= 64,
      reason.utf8.allSatisfy({ ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }),
      let message = value["message"]?.string
    else { return nil }
    self.init(
      verdict: verdict, reason: reason, changed: (value["changed"]?.array ?? []).compactMap(\.string), message: message)
  }

  /// The object, with its members in the order of the shape.
  public var json: JSONValue {
    [
      "verdict": .string(verdict.rawValue), "reason": .string(reason), "changed": .array(changed.map { .string($0) }),
      "message": .string(message),
    ]
  }
}
