// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

/// What is remembered of the gateway of one object.
struct GatewayMemory: PartMemory {
  var traffic = TrafficHistory()
  /// Since when leaving replicas have given no answer, by ordinal.
  private var silentSince: [Int64: Duration] = [:]
  /// What was last told of the log pipeline.
  private var told: String?
  private var state: PartState?

  init() {}

  /// For how long each leaving replica has given no answer.
  ///
  /// - Parameter traffic: the last answer; nil before the first.
  mutating func silence(
    of leaving: Range<Int64>, _ traffic: GatewayTraffic?, now: Duration
  ) -> [Int64: Duration] {
    guard let traffic else { return silentSince.filter { leaving.contains($0.key) }.mapValues { now - $0 } }
    var since: [Int64: Duration] = [:]
    for replica in leaving where traffic.left[replica] == nil { since[replica] = silentSince[replica] ?? now }
    silentSince = since
    return since.mapValues { now - $0 }
  }

  /// Adds what is new: a line for each change for the worse and back, and one Event if logs are sent twice.
  mutating func tell(_ report: inout PartReport, sharesLogs note: String?, subject: Subject) {
    if let note, note != told, subject.condition(GatewayPart.condition)?.reason != ConditionReason.logsSentTwice.name {
      report.lines.append(LogLine(.warning, "logs are sent twice", ["cause": "\(note)"]))
      report.events.append(ObjectEvent(.warning, "LogsSentTwice", action: "Observe", note: note))
    }
    told = note
    defer { state = report.state }
    guard let new = report.state, new != state else { return }
    if case .bad(let finding) = new {
      report.lines.append(
        LogLine(
          .warning, "gateway needs attention",
          ["reason": "\(finding.reason.name)", "cause": "\(finding.message)"]))
    } else if new.isGood, case .bad? = state {
      report.lines.append(LogLine(.info, "gateway recovered"))
    }
  }
}

extension TrafficHistory {
  /// What it comes to, as a condition, while every replica is ready.
  func state(_ spec: ObservabilitySpec, name: String, now: Duration) -> PartState {
    if let (signal, loss) = refused.min(by: { $0.key.rawValue < $1.key.rawValue }) {
      return .bad(
        Finding(
          .destinationRefuses,
          "The destination of \(signal.rawValue) refuses what it is sent, for good: \(Self.text(loss, now)). Such data is "
            + "lost. See the log of StatefulSet \(spec.namespace)/\(name), "
            + (spec.mode == .full
              ? "and CorootAvailable."
              : "and check address, headers and credentials of spec.\(signal.rawValue).")))
    }
    if let (signal, loss) = rejected.min(by: { $0.key.rawValue < $1.key.rawValue }) {
      return .bad(
        Finding(
          .dataRejected,
          "The queue of \(signal.rawValue) is full: \(Self.text(loss, now)) not taken. Repair the destination, or raise "
            + "spec.gateway.queue.size."))
    }
    let grown = filling.filter { $0.value.use >= Self.notableUse && $0.value.left != nil }
    if let (signal, filling) = grown.max(by: { $0.value.use < $1.value.use }), let left = filling.left {
      return .bad(
        Finding(
          .queueFilling,
          "The queue of \(signal.rawValue) is more than \(Int(filling.use * 10) * 10) % full and grows; at the present rate "
            + "it lasts \(Self.rough(left)) more. Its destination takes less than comes in."))
    }
    let counts = "\(spec.gateway.replicas) of \(spec.gateway.replicas) replicas are ready"
    guard isKnown else {
      return .good(
        Finding(
          .delivering, "\(counts). Their metrics are not answered to the operator, so the queue's use is not known."))
    }
    return .good(Finding(.delivering, "\(counts)."))
  }

  /// In steps, so that the text does not change with each look.
  private static func rough(_ left: Duration) -> String {
    switch left.components.seconds {
    case ..<900: "less than 15 minutes"
    case ..<3600: "less than an hour"
    case ..<86_400: "about \(left.components.seconds / 3600) hours"
    default: "days"
    }
  }

  private static func text(_ loss: Loss, _ now: Duration) -> String {
    let minutes = (now - loss.since).components.seconds / 60
    return "items were lost " + (minutes < 5 ? "in the last minutes" : "for \(minutes / 5 * 5) minutes")
  }
}
