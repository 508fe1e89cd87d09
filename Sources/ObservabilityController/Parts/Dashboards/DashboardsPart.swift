// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Dashboards
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// Dashboards in a Grafana, and the rules that they read and that fire alerts.
///
/// The condition is true only when Grafana has the dashboards and a vmalert evaluates the rules. Agents need none of this.
struct DashboardsPart: Part {
  static let id = PartID(rawValue: "dashboards")
  static let condition = ConditionType.dashboardsPublished
  static let notReady = ConditionReason.dashboardsNotPublished
  static let waiting = "dashboards wait"

  static let children: [ChildKind] = rules + dashboards

  private static let rules: [ChildKind] = [
    rule(DashboardShape.recordingSuffix) { DashboardShape.isWanted($0) },
    rule(DashboardShape.operatorSuffix) { $0.alerts.enabled },
    rule(DashboardShape.alertsSuffix) { $0.alerts.enabled },
  ]

  private static func rule(
    _ suffix: String, isWanted: @escaping @Sendable (ObservabilitySpec) -> Bool
  ) -> ChildKind {
    ChildKind(.rules, suffix: suffix) { kind in
      kind.isWanted = isWanted
      kind.remedy = operatorRemedy(.rules)
    }
  }

  private static let dashboards: [ChildKind] = DashboardShape.suffixes.map { suffix in
    ChildKind(.grafanaDashboards, suffix: suffix) { kind in
      kind.isWanted = { $0.dashboards.enabled }
      kind.place = .namespace { $0.dashboards.namespace }
      kind.remedy = operatorRemedy(.grafanaDashboards)
      kind.grant = { GrafanaNamespaceRole(namespace: $0).remedy }
    }
  }

  static let watched: [ResourceType: WatchedType] = [.grafanas: GrafanaInstances.watched]

  /// What is published, and what says how that goes.
  struct Inputs: Sendable {
    var rendering: DashboardInputs
    var facts: PlatformFacts
    /// The dashboards that the Grafana is to have; empty if the object asks for none.
    var wanted: [PackedDashboard] = []
    /// The object that publishes them; nil if the object asks for none.
    var publisher: String?
    /// Nil if they cannot be read, or the object asks for no dashboards.
    var grafanas: GrafanaInstances?
    /// Why dashboards cannot be published.
    var dashboardsFinding: Finding?
    /// Why rules cannot be published.
    var rulesFinding: Finding?
  }

  private let cache = PackedDashboards()

  init(_ context: PartContext) {}

  func isWanted(_ spec: ObservabilitySpec) -> Bool { DashboardShape.isWanted(spec) }

  func watches(_ spec: ObservabilitySpec, lookup: (ResourceType, ObjectKey) -> Lookup) -> Set<WatchTarget> {
    guard spec.dashboards.enabled else { return [] }
    let namespace = spec.dashboards.namespace
    return [.named(.namespaces, ObjectKey(name: namespace)), GrafanaInstances.target(in: namespace)]
  }

  func resolve(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> Resolution<Inputs> {
    guard let objects = view.observabilities() else { return .pending }
    let claims = DashboardClaims(
      objects.map { DashboardClaims.Claim($0.object, $0.spec, works: $0.object.name == subject.name) })
    let spec = subject.spec
    var inputs = Inputs(
      rendering: DashboardInputs(
        dashboards: [], publishesOperatorAlerts: claims.operatorAlertsPublisher == subject.name), facts: view.facts)
    do throws(Unresolved) {
      inputs.rulesFinding = try rulesFinding(subject, view)
      if spec.dashboards.enabled { try resolveDashboards(&inputs, claims, subject, view) }
    } catch {
      switch error {
      case .pending: return .pending
      case .blocked(let finding): return .blocked(finding)
      }
    }
    inputs.rendering.publishesRules = inputs.rulesFinding == nil
    // Nothing is deleted while not all can be put in its place.
    return inputs.rulesFinding == nil && inputs.dashboardsFinding == nil ? .ready(inputs) : .partial(inputs, nil)
  }

  func render(_ inputs: Inputs, _ subject: Subject) -> [Child] {
    DashboardRenderer.children(of: subject.observability, facts: inputs.facts, inputs: inputs.rendering)
  }

  /// Finds out what the Grafana is to have, who publishes it, and whether that can be done.
  private func resolveDashboards(
    _ inputs: inout Inputs, _ claims: DashboardClaims, _ subject: Subject, _ view: ClusterView
  ) throws(Unresolved) {
    let namespace = subject.spec.dashboards.namespace
    do {
      inputs.wanted = try cache.dashboards(claims.signals(in: namespace))
    } catch {
      throw .blocked(.notApplied, "The dashboards cannot be compressed: \(error).")
    }
    inputs.publisher = claims.publisher(in: namespace) ?? subject.name
    inputs.dashboardsFinding = try namespaceFinding(namespace, view)
    guard inputs.dashboardsFinding == nil else { return }
    inputs.dashboardsFinding = try Self.finding(
      view.collection(Watches.children(.grafanaDashboards, in: namespace)), .grafanaDashboards, namespace)
    switch view.collection(GrafanaInstances.target(in: namespace)) {
    case .known(let store): inputs.grafanas = GrafanaInstances(store.all())
    case let other:
      let finding = try Self.finding(other, .grafanas, namespace)
      inputs.dashboardsFinding = inputs.dashboardsFinding ?? finding
    }
    if inputs.publisher == subject.name, inputs.dashboardsFinding?.reason != .grafanaOperatorMissing,
      case .known = view.collection(Watches.children(.grafanaDashboards, in: namespace))
    {
      inputs.rendering.dashboards = inputs.wanted
    }
  }

  private func rulesFinding(_ subject: Subject, _ view: ClusterView) throws(Unresolved) -> Finding? {
    guard subject.hasNamespace else { return nil }
    let namespace = subject.spec.namespace
    return try Self.finding(view.collection(Watches.children(.rules, in: namespace)), .rules, namespace)
  }

  private func namespaceFinding(_ name: String, _ view: ClusterView) throws(Unresolved) -> Finding? {
    let remedy = "Correct spec.dashboards.namespace, or set spec.dashboards.enabled to false."
    switch view.lookup(.namespaces, ObjectKey(name: name)) {
    case .pending: throw .pending
    case .failing(let error):
      return Finding(.notPermitted, ObservabilityReconciler.unreadable(.namespaces, namespace: nil, error))
    case .absent:
      return Finding(.grafanaNamespaceMissing, "Namespace \(name) of the Grafana is not there. \(remedy)")
    case .present(let namespace) where namespace.isBeingDeleted:
      return Finding(.grafanaNamespaceMissing, "Namespace \(name) of the Grafana is being deleted. \(remedy)")
    case .present: return nil
    }
  }

  /// Why objects of that type cannot be worked with; nil if they can.
  private static func finding(
    _ collection: WatchedCollection, _ type: ResourceType, _ namespace: String
  ) throws(Unresolved) -> Finding? {
    switch collection {
    case .pending: throw .pending
    case .known: return nil
    case .failing(let error) where error.isNotFound:
      let reason: ConditionReason = type == .rules ? .victoriaMetricsOperatorMissing : .grafanaOperatorMissing
      return Finding(reason, "The cluster does not serve \(type). \(operatorRemedy(type))")
    case .failing(let error):
      let grant = type == .rules ? nil : GrafanaNamespaceRole(namespace: namespace).remedy
      return Finding(
        .notPermitted, ObservabilityReconciler.unreadable(type, namespace: namespace, error, grant: grant))
    }
  }

  private static func operatorRemedy(_ type: ResourceType) -> String {
    type == .rules
      ? "Install the VictoriaMetrics operator (operator.victoriametrics.com/v1beta1), or set spec.dashboards.enabled and "
        + "spec.alerts.enabled to false."
      : "Install the Grafana operator (grafana.integreatly.org/v1beta1), or set spec.dashboards.enabled to false."
  }
}
