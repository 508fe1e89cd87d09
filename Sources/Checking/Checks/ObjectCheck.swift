// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The checks of one object, in the light of the cluster around it.
struct ObjectCheck: Sendable {
  /// What was read around the object.
  let around: ObjectSurroundings
  /// What was read of the cluster.
  let cluster: Surroundings
  /// What the object asks for; nil if it cannot be decoded.
  let spec: ObservabilitySpec?
  private let mistake: String

  init(_ around: ObjectSurroundings, in cluster: Surroundings) {
    self.around = around
    self.cluster = cluster
    do {
      let difference = cluster.definition.value ?? nil
      let object = JSONValue.object(around.object.content)
      spec = try ObservabilityDecoder.decode(difference?.withoutUnknownDefaults(object) ?? object).spec
      mistake = ""
    } catch {
      spec = nil
      mistake = "\(error)"
    }
  }

  var name: String { around.object.name }
  var now: Timestamp { cluster.now }
  var conditions: ConditionSet { ConditionSet(around.object[path: "status", "conditions"]) }
  var isReady: Bool { conditions.isTrue(ConditionType.ready.rawValue) }

  func item(_ topic: CheckTopic, _ outcome: CheckOutcome, _ message: String, remedy: String? = nil) -> CheckItem {
    CheckItem(topic, outcome, message, remedy: remedy, object: name)
  }

  /// Every item about the object.
  var items: [CheckItem] {
    guard let spec else {
      return objectItems + [
        item(.object, .fault, "The specification cannot be acted on: \(mistake).", remedy: "kubectl edit obs \(name)")
      ]
    }
    let namespace = namespaceItems(spec)
    if case .read(nil) = around.namespace { return objectItems + namespace }
    return objectItems + namespace + rightItems(spec) + nodeItems(spec) + agentItems(spec) + backendItems(spec)
      + volumeItems(spec) + dashboardItems(spec)
  }

  /// The object itself: its age, whether its status is about its present specification, and its conditions.
  private var objectItems: [CheckItem] {
    let object = around.object
    if object.isBeingDeleted {
      return [
        item(
          .object, .warning, "Observability \(name) is being deleted; its children go with it.",
          remedy: "If it stays: kubectl get obs \(name) -o jsonpath={.metadata.finalizers}")
      ]
    }
    return [generationItem].compactMap(\.self) + conditionItems
  }

  private var generationItem: CheckItem? {
    let object = around.object
    let created = object.creationTimestamp.flatMap(Timestamp.init(rfc3339:))
    let title = "Observability \(name)" + (created.map { ", created \($0.age(at: now)) ago," } ?? "")
    guard let observed = object[path: "status", "observedGeneration"]?.integer else {
      return item(
        .object, .fault, "\(title) has no status: no operator has worked on it.",
        remedy: "See above whether an operator runs.")
    }
    guard let generation = object.generation, generation != observed else {
      return item(.object, .ok, "\(title) has a status of its present generation, \(observed).")
    }
    return item(
      .object, cluster.isOperatorDown ? .fault : .warning,
      "\(title) is at generation \(generation), and its status is of generation \(observed).",
      remedy: cluster.isOperatorDown
        ? "See above why no operator runs." : "Wait a moment, and run this again.")
  }

  /// Conditions in the order of the documentation, then those that this release does not know.
  private var conditionItems: [CheckItem] {
    let known = ConditionType.allCases.map(\.rawValue)
    let all = conditions.conditions
    return known.compactMap { conditions[$0] }.map(conditionItem)
      + all.filter { !known.contains($0.type) }.map(conditionItem)
  }

  private func conditionItem(_ condition: Condition) -> CheckItem {
    let age = condition.lastTransitionTime.age(at: now)
    let head =
      "\(condition.type)=\(condition.status.rawValue) \(condition.reason), for \(age)"
      + (cluster.isOperatorDown ? ", said by an operator that no longer runs" : "")
    let isOld = cluster.isOperatorDown
    let stated = outcome(of: condition)
    // Without an operator a condition that was fine may be out of date, so it counts as unknown.
    let outcome: CheckOutcome = isOld && stated == .ok ? .unknown : stated
    let documented = ConditionReason.all.first { reason in
      reason.name == condition.reason && reason.conditions.contains { $0.rawValue == condition.type }
    }
    return item(
      .object, outcome, condition.message.isEmpty ? "\(head)." : "\(head): \(condition.message)",
      remedy: stated == .ok ? nil : documented?.remedy.replacing("NAMESPACE", with: spec?.namespace ?? "NAMESPACE"))
  }

  /// A condition that keeps the object from being ready is a fault; one that does not is worth a word.
  private func outcome(of condition: Condition) -> CheckOutcome {
    switch (condition.type, condition.status) {
    case (ConditionType.stalled.rawValue, .isTrue): .fault
    case (ConditionType.reconciling.rawValue, .isTrue): .warning
    case (ConditionType.stalled.rawValue, _), (ConditionType.reconciling.rawValue, _): .ok
    case (_, .isTrue): .ok
    case (ConditionType.ready.rawValue, _): .fault
    case (_, .unknown): .warning
    case (_, .isFalse): isReady ? .warning : .fault
    }
  }
}
