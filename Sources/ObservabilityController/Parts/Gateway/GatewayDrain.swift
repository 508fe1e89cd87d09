// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering

/// The replicas of a gateway that leave because `spec.gateway.replicas` was lowered. Pure.
///
/// A replica that is scaled away leaves its queue behind on its claim, where nothing sends it on. So the StatefulSet keeps
/// its number until every leaving replica has said that its queue holds nothing that waits. `kubectl scale` of the
/// StatefulSet overrides that: what the StatefulSet no longer has is not kept.
struct GatewayDrain: Hashable, Sendable {
  /// As many replicas as an object may ask for. A StatefulSet that somebody gave more is not asked one by one.
  static let mostReplicas: Int64 = 16
  /// How long a leaving replica may give no answer before that counts as a failure.
  static let patience = Duration.seconds(300)

  /// How many replicas the object asks for.
  let wanted: Int64
  /// How many the StatefulSet has, if more.
  let present: Int64

  /// - Parameter statefulSet: that of the object; nil if there is none.
  init(_ statefulSet: KubernetesObject?, _ gateway: Gateway) {
    wanted = gateway.replicas
    let replicas = statefulSet?[path: "spec", "replicas"]?.integer ?? wanted
    present = max(wanted, min(replicas, max(wanted, Self.mostReplicas)))
  }

  /// The ordinals of the replicas that leave.
  var leaving: Range<Int64> { wanted..<present }

  /// Whether the queue of an exporter holds nothing that waits.
  ///
  /// The collector counts what it is sending as part of the queue, up to one batch that fills for 5 s
  /// (`onDone` in `exporterhelper/internal/queue/persistent_queue.go`), so under load a queue is never empty. Then no more
  /// than a batch is in it, and the destination has taken data since the last look.
  static func isDrained(_ now: GatewayQueueReading, before: GatewayQueueReading?, batch: Int64) -> Bool {
    guard let size = now.size else { return false }
    if size == 0 { return true }
    guard let before else { return false }
    return size <= batch && now.sent > before.sent
  }

  /// What the condition says while replicas leave; nil once they are drained.
  ///
  /// - Parameters:
  ///   - traffic: the last answer; nil before the first.
  ///   - silent: for how long each leaving replica has given no answer, by ordinal.
  func finding(
    _ traffic: GatewayTraffic?, silent: [Int64: Duration], name: String, namespace: String
  ) -> (finding: Finding, isStuck: Bool)? {
    guard !leaving.isEmpty, traffic?.isDrained != true else { return nil }
    let parts = leaving.map { replica -> String in
      guard let traffic else { return "replica \(replica) has not been asked yet" }
      guard let left = traffic.left[replica] else {
        let time = silent[replica].map { Self.rough($0) } ?? ""
        return "replica \(replica) does not answer\(time), so that what it holds is not known"
      }
      return "replica \(replica) holds \(Self.amount(left))"
    }
    let isStuck = silent.values.contains { $0 >= Self.patience }
    let pods = leaving.filter { traffic != nil && traffic?.left[$0] == nil }.map { "\(name)-\($0)" }
    let look =
      isStuck && !pods.isEmpty ? " See kubectl -n \(namespace) describe pod \(pods.joined(separator: " "))." : ""
    return (
      Finding(
        .replicasDraining,
        "StatefulSet \(namespace)/\(name) keeps \(present) replicas until the queues of those that leave are empty: "
          + "\(parts.joined(separator: ", ")).\(look) To leave that on their claims: kubectl -n \(namespace) scale "
          + "statefulset \(name) --replicas=\(wanted)."), isStuck
    )
  }

  /// In powers of two, so that the text does not change with each look.
  private static func amount(_ bytes: Int64) -> String {
    guard bytes > 0 else { return "nothing" }
    let mebibytes = (bytes - 1) >> 20 + 1
    var bound: Int64 = 1
    while bound < mebibytes { bound *= 2 }
    return "at most \(bound) MiB"
  }

  private static func rough(_ time: Duration) -> String {
    switch time {
    case ..<patience: ""
    case ..<Duration.seconds(3600): " for more than 5 minutes"
    default: " for more than an hour"
    }
  }
}

/// What is read of one queue to tell whether it is drained.
struct GatewayQueueReading: Hashable, Sendable {
  /// In bytes; nil if that is not told.
  var size: Int64?
  /// Spans or log records that the destination took.
  var sent: Int64
}
