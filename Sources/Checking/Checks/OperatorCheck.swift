// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityController

/// Whether an operator is at work, by its Lease.
enum Leadership: Hashable, Sendable {
  /// Somebody leads, and renewed the Lease at that time.
  case held(by: String, renewed: Timestamp)
  /// The last leader has not renewed the Lease since.
  case expired(holder: String, since: Timestamp?)
  /// The Lease has no holder: the last leader has released it.
  case released
  /// There is no Lease.
  case absent
  /// The Lease could not be read.
  case unknown

  /// How many seconds beyond its duration a Lease still counts: the clocks of two machines differ.
  static let slack: Int64 = 30
  /// The duration of a Lease that has none (`LeaseTiming`).
  private static let duration: Int64 = 15

  init(_ lease: Reading<KubernetesObject?>, now: Timestamp) {
    guard case .read(let lease) = lease else {
      self = .unknown
      return
    }
    guard let spec = lease?["spec"] else {
      self = .absent
      return
    }
    guard let holder = spec["holderIdentity"]?.string, !holder.isEmpty else {
      self = .released
      return
    }
    let renewed = spec["renewTime"]?.string.flatMap(Timestamp.init(rfc3339:))
    let duration = min(max(spec["leaseDurationSeconds"]?.integer ?? Self.duration, 1), 3600)
    guard let renewed, now.secondsSinceEpoch - renewed.secondsSinceEpoch <= duration + Self.slack else {
      self = .expired(holder: holder, since: renewed)
      return
    }
    self = .held(by: holder, renewed: renewed)
  }
}

extension Surroundings {
  /// Who leads.
  var leadership: Leadership { Leadership(`operator`.lease, now: now) }

  /// Whether no operator works: no replica leads, and none of its pods is known to be ready.
  var isOperatorDown: Bool {
    switch (leadership, `operator`.deployment) {
    case (.held, _), (.unknown, _): false
    case (_, .read(let deployment?)): (deployment[path: "status", "readyReplicas"]?.integer ?? 0) == 0
    case (_, .read(nil)), (.expired, _), (.released, _): true
    // It may run without election, where its Deployment cannot be read.
    case (.absent, _): false
    }
  }

  /// The Lease, the Deployment and its pods.
  var operatorItems: [CheckItem] { [leaseItem].compactMap(\.self) + deploymentItems }

  private var leaseItem: CheckItem? {
    let lease = "Lease \(`operator`.namespace)/\(RoleManifests.operatorName)"
    var first = "kubectl -n \(`operator`.namespace) logs deployment/\(RoleManifests.operatorName)"
    if case .read(let deployment) = `operator`.deployment {
      // What is below says more than the log of no pod.
      if deployment == nil { first = "Install the operator" }
      if deployment?[path: "spec", "replicas"] == 0 { first = "Scale its Deployment up" }
    }
    let remedy = "\(first); if it is elsewhere, name its namespace by --operator-namespace"
    switch leadership {
    case .held(let holder, let renewed):
      return CheckItem(.operator, .ok, "\(holder) leads; it renewed \(lease) \(renewed.age(at: now)) ago.")
    case .expired(let holder, let since):
      let age = since.map { "\($0.age(at: now)) ago" } ?? "at no time that can be read"
      return CheckItem(
        .operator, .fault, "No replica leads: \(holder) renewed \(lease) \(age), and no other replica has taken it.",
        remedy: remedy)
    case .released:
      return CheckItem(
        .operator, .fault, "No replica leads: \(lease) was released, and no replica has taken it.", remedy: remedy)
    case .absent:
      // One that was started with --no-leader-election has none.
      return CheckItem(
        .operator, isOperatorDown ? .fault : .warning, "No replica leads: \(lease) does not exist.", remedy: remedy)
    case .unknown: return `operator`.lease.unread(.operator, lease)
    }
  }

  private var deploymentItems: [CheckItem] {
    let labels = "\(WellKnownLabel.name)=\(RoleManifests.operatorName)"
    guard case .read(let deployment) = `operator`.deployment else {
      let item = `operator`.deployment.unread(.operator, "Deployments of namespace \(`operator`.namespace)")
      return [item].compactMap(\.self)
    }
    guard let deployment else {
      if case .held = leadership {
        return [CheckItem(.operator, .skipped, "No Deployment has the label \(labels): the operator runs elsewhere.")]
      }
      return [
        CheckItem(
          .operator, .fault, "No Deployment has the label \(labels): the operator is not installed.",
          remedy: "kubectl apply -k config/default, or install the chart observability-operator")
      ]
    }
    let wanted = deployment[path: "spec", "replicas"]?.integer ?? 1
    let ready = deployment[path: "status", "readyReplicas"]?.integer ?? 0
    let name = "Deployment \(deployment.key)"
    if wanted == 0 {
      return [
        CheckItem(
          .operator, .fault, "\(name) is scaled to 0.",
          remedy: "kubectl -n \(deployment.namespace ?? "") scale deployment/\(deployment.name) --replicas=2")
      ]
    }
    let outcome: CheckOutcome = ready == 0 ? .fault : ready < wanted ? .warning : .ok
    let item = CheckItem(
      .operator, outcome, "\(name): \(ready) of \(wanted) pods are ready.",
      remedy: outcome == .ok
        ? nil : "kubectl -n \(deployment.namespace ?? "") describe pods -l \(labels)")
    return [item] + podItems
  }

  private var podItems: [CheckItem] {
    guard let pods = `operator`.pods.value else {
      let item = `operator`.pods.unread(.operator, "Pods of namespace \(`operator`.namespace)")
      return [item].compactMap(\.self)
    }
    return pods.compactMap { pod in
      PodProblem(pod, now: now).map {
        CheckItem(
          .operator, .warning, $0.message,
          remedy: "kubectl -n \(pod.namespace ?? "") describe pod \(pod.name)")
      }
    }.prefix(3).map(\.self)
  }
}
