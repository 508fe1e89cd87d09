// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON

/// One aspect of an object's state (KEP-1623, `metav1.Condition`).
public struct Condition: Hashable, Sendable {
  /// Whether the aspect holds.
  public enum Status: String, CaseIterable, Hashable, Sendable {
    case isTrue = "True"
    case isFalse = "False"
    case unknown = "Unknown"
  }

  /// The longest message, in bytes of UTF-8. The API allows 32,768
  /// (`k8s.io/apimachinery/pkg/apis/meta/v1/types.go`), but what an API server answers to a large object may be longer
  /// than that, and nobody reads so much.
  public static let longestMessage = 1024

  /// The aspect, in CamelCase.
  public var type: String
  /// Whether it holds.
  public var status: Status
  /// Why, in CamelCase; never empty.
  public var reason: String
  /// Why, in words, cleaned: one line of at most ``longestMessage`` bytes.
  public var message: String
  /// The generation of the specification that this was said of.
  public var observedGeneration: Int64?
  /// When the status last changed from one value to another, to the second.
  public var lastTransitionTime: Timestamp

  /// A condition made of its parts.
  public init(
    type: String, status: Status, reason: String, message: String = "", observedGeneration: Int64? = nil,
    lastTransitionTime: Timestamp
  ) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message.cleaned(bytes: Self.longestMessage)
    self.observedGeneration = observedGeneration
    // As it will read once it has been written and read back.
    self.lastTransitionTime = Timestamp(secondsSinceEpoch: lastTransitionTime.secondsSinceEpoch)
  }

  /// The condition that the JSON spells, or nil if a member that it must have is missing or unreadable.
  public init?(_ json: JSONValue) {
    guard let type = json["type"]?.string, let status = json["status"]?.string.flatMap(Status.init(rawValue:)),
      let reason = json["reason"]?.string,
      let time = json["lastTransitionTime"]?.string.flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    self.init(
      type: type, status: status, reason: reason, message: json["message"]?.string ?? "",
      observedGeneration: json["observedGeneration"]?.integer, lastTransitionTime: time)
  }

  /// The condition as JSON.
  public var json: JSONValue {
    var json: JSONObject = ["type": .string(type), "status": .string(status.rawValue)]
    if let observedGeneration { json["observedGeneration"] = .integer(observedGeneration) }
    json["lastTransitionTime"] = .string(lastTransitionTime.rfc3339)
    json["reason"] = .string(reason)
    json["message"] = .string(message)
    return .object(json)
  }
}
