// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON
import KubernetesClient
import KubernetesCore

/// What is to be told of an object as an Event.
struct EventOccurrence: Hashable, Sendable {
  let regarding: JSONObject
  let type: EventType
  let reason: String
  let action: String
  let note: String
  let time: Timestamp
}

/// How grave an Event is.
public enum EventType: String, Hashable, Sendable {
  case normal = "Normal"
  case warning = "Warning"
}

/// Decides which occurrences make a new Event and which count as repeats of one (KEP-383,
/// `k8s.io/client-go/tools/events/event_broadcaster.go`). Holds no clock.
struct EventSeries: Sendable {
  /// What to send. If the server does not have the Event then, ``lost(_:)``.
  enum Action: Hashable, Sendable {
    /// Create this Event.
    case create(KubernetesObject)
    /// Say of the Event of that key that it has been seen so often, last at that time.
    case patch(ObjectKey, JSONValue)
  }

  /// For how long an Event without repeats is remembered.
  static let lifetime = Duration.seconds(360)
  /// How many Events are remembered.
  static let limit = 1024
  /// The longest note, in bytes of UTF-8 (`pkg/apis/core/validation/events.go`).
  static let longestNote = 1024
  /// The longest reason and action, in bytes.
  static let longestReason = 128

  private struct Identity: Hashable {
    let regarding: JSONObject
    let type: EventType
    let reason: String
    let action: String
    let note: String
  }

  private struct Known {
    let key: ObjectKey
    var count: Int
    var lastSeen: Duration
  }

  private let controller: String
  private let instance: String
  private var known: [Identity: Known] = [:]

  /// A series for Events that this controller reports, running as that instance.
  init(controller: String, instance: String) {
    self.controller = controller
    self.instance = instance
  }

  /// What to send for an occurrence.
  mutating func action(for occurrence: EventOccurrence, now: Duration, suffix: UInt64) -> Action {
    known = known.filter { now - $0.value.lastSeen < Self.lifetime }
    let identity = Identity(
      regarding: occurrence.regarding, type: occurrence.type, reason: occurrence.reason, action: occurrence.action,
      note: occurrence.note)
    if let event = known[identity] {
      known[identity]?.count += 1
      known[identity]?.lastSeen = now
      let series: JSONValue = [
        "count": .integer(Int64(event.count + 1)), "lastObservedTime": .string(occurrence.time.rfc3339Micro),
      ]
      return .patch(event.key, ["series": series])
    }
    if known.count >= Self.limit, let oldest = known.min(by: { $0.value.lastSeen < $1.value.lastSeen }) {
      known[oldest.key] = nil
    }
    let event = event(for: occurrence, suffix: suffix)
    known[identity] = Known(key: event.key, count: 1, lastSeen: now)
    return .create(event)
  }

  /// Forgets an Event that the server does not have, so that the next occurrence makes a new one.
  mutating func lost(_ key: ObjectKey) {
    known = known.filter { $0.value.key != key }
  }

  private func event(for occurrence: EventOccurrence, suffix: UInt64) -> KubernetesObject {
    let name = occurrence.regarding["name"]?.string ?? ""
    // The Events of an object without a namespace stand in `default`, where kubectl looks for them.
    var event = KubernetesObject(
      type: .events, namespace: occurrence.regarding["namespace"]?.string ?? "default",
      name: "\(name.prefix(230)).\(String(suffix, radix: 16))")
    event["eventTime"] = .string(occurrence.time.rfc3339Micro)
    event["reportingController"] = .string(controller)
    event["reportingInstance"] = .string(instance.bounded(bytes: Self.longestReason))
    event["action"] = .string(occurrence.action)
    event["reason"] = .string(occurrence.reason)
    event["type"] = .string(occurrence.type.rawValue)
    event["note"] = .string(occurrence.note)
    event["regarding"] = .object(occurrence.regarding)
    return event
  }
}
