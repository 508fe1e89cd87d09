// SPDX-License-Identifier: Apache-2.0

import CleanText
import ControllerRuntime
import JSON
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering
import Telemetry

extension DashboardsPart {
  func observe(_ observation: Observation<Inputs>, _ memory: inout DashboardsMemory) -> PartReport {
    guard let inputs = observation.inputs else {
      var report = PartReport(observation.finding.map(PartState.bad))
      memory.record(&report, now: observation.view.now)
      return report
    }
    let dashboards = dashboardsState(observation, inputs)
    let rules = rulesState(observation, inputs)
    var report = PartReport(Self.whole(dashboards, rules))
    report.summary = ["dashboards": "\(inputs.wanted.count)"]
    var hasher = Hasher()
    for instance in inputs.grafanas?.matching ?? [] { hasher.combine(instance.dashboards.count) }
    report.movement = hasher.finalize()
    memory.record(&report, now: observation.view.now)
    return report
  }

  /// Of two halves the worse one, or both if they are good.
  private static func whole(_ dashboards: PartState?, _ rules: PartState) -> PartState {
    let halves = [dashboards, rules].compactMap(\.self)
    if let bad = halves.first(where: { $0.badFinding != nil }) ?? halves.first(where: { !$0.isGood }) { return bad }
    let reason = dashboards?.finding.reason ?? rules.finding.reason
    return .good(Finding(reason, halves.map(\.finding.message).joined(separator: " ")))
  }

  /// How the dashboards are; nil if the object asks for none.
  private func dashboardsState(_ observation: Observation<Inputs>, _ inputs: Inputs) -> PartState? {
    guard let publisher = inputs.publisher else { return nil }
    if let finding = inputs.dashboardsFinding { return .bad(finding) }
    let subject = observation.subject
    let namespace = subject.spec.dashboards.namespace
    let isPublisher = publisher == subject.name
    let suffixes = inputs.wanted.map { DashboardShape.suffix(ofUID: $0.uid) }
    if isPublisher, let state = applyState(observation, .grafanaDashboards, in: namespace, suffixes) { return state }
    let wanted = inputs.wanted.map { "\(namespace)/\(publisher)\(DashboardShape.suffix(ofUID: $0.uid))/\($0.uid)" }
    var said: [String: DashboardImport] = [:]
    for (entry, suffix) in zip(wanted, suffixes) {
      said[entry] = self.said(of: ObjectKey(namespace: namespace, name: publisher + suffix), observation, isPublisher)
    }
    let remark = isPublisher ? self.remark(observation) : nil
    let state = inputs.grafanas?.state(
      wanted, said: said, in: namespace, remark: remark, publisher: isPublisher ? nil : publisher)
    if let state { return state }
    let names = (inputs.grafanas?.matching ?? []).map(\.key.description).joined(separator: ", ")
    guard isPublisher else {
      return .good(
        Finding(
          .publishedByOlder,
          "Observability \(publisher), which is older, publishes the \(wanted.count) dashboards of Grafana \(names)."))
    }
    return .good(Finding(.published, "Grafana \(names) has the \(wanted.count) dashboards."))
  }

  /// What the Grafana operator says of a dashboard; nil if that does not count.
  ///
  /// Those of an older object are only looked up: no change of them brings a pass of this one, so what they lack is left to
  /// the older object's condition.
  private func said(of key: ObjectKey, _ observation: Observation<Inputs>, _ isPublisher: Bool) -> DashboardImport? {
    guard isPublisher else {
      let said = observation.view.child(.grafanaDashboards, key).map(DashboardImport.init)
      return said?.isSynchronized == true ? said : nil
    }
    return observation.children.objects(.grafanaDashboards).first { $0.key == key }.map(DashboardImport.init)
  }

  private func rulesState(_ observation: Observation<Inputs>, _ inputs: Inputs) -> PartState {
    if let finding = inputs.rulesFinding { return .bad(finding) }
    let spec = observation.subject.spec
    let suffixes = DashboardShape.ruleSuffixes(spec, operatorAlerts: inputs.rendering.publishesOperatorAlerts)
    if let state = applyState(observation, .rules, in: spec.namespace, suffixes) { return state }
    let rules = observation.children.objects(.rules)
    let preferred = spec.metrics.victoriaMetrics.tenant?.namespace
    var vmalerts: Set<String> = []
    var silent: String?
    for rule in rules {
      switch RuleConditions(rule, preferred: preferred).verdict {
      case .refused(let vmalert, let words):
        return .bad(
          Finding(
            .rulesNotApplied,
            "VMAlert \(vmalert) leaves out VMRule \(rule.key): \(words) See kubectl -n \(spec.namespace) describe vmrule "
              + "\(rule.name), and the log of the VictoriaMetrics operator."))
      case .silent: silent = silent ?? rule.name
      case .applied(let names): vmalerts.formUnion(names)
      }
    }
    if let silent {
      return .progressing(
        Finding(
          .rulesNotSelected,
          "No VMAlert has taken VMRule \(spec.namespace)/\(silent), so that nothing is recorded and no alert fires. Check "
            + "that the VictoriaMetrics operator runs, and that a VMAlert selects rules of namespace \(spec.namespace), as "
            + "one with selectAllByDefault does."))
    }
    let evaluating = vmalerts.sorted().joined(separator: ", ")
    return .good(Finding(.published, "VMAlert \(evaluating) evaluates the \(rules.count) VMRules."))
  }

  /// Why children of a type are not as rendered; nil if they are.
  ///
  /// - Parameter names: what follows the object's name in theirs.
  private func applyState(
    _ observation: Observation<Inputs>, _ type: ResourceType, in namespace: String, _ names: [String]
  ) -> PartState? {
    let missing = names.lazy.map { ObjectKey(namespace: namespace, name: observation.subject.name + $0) }
      .first { !observation.children.isApplied(ChildID(type: type, key: $0)) }
    guard let missing else { return nil }
    let name = "\(type.kind) \(missing)"
    guard let obstacle = observation.obstacle else {
      return .progressing(Finding(.notApplied, "\(name) is not applied. See Ready."))
    }
    if obstacle.reason == .admissionFailed || obstacle.reason == .notPermitted { return .bad(obstacle) }
    return .progressing(Finding(.notApplied, "\(name) is not applied. \(obstacle.message)"))
  }

  /// What the Grafana operator says of the first dashboard that it has a fault in.
  private func remark(_ observation: Observation<Inputs>) -> String? {
    for dashboard in observation.children.objects(.grafanaDashboards) {
      for condition in dashboard[path: "status", "conditions"]?.array ?? [] {
        let isFault = condition["type"] == "DashboardSynchronized" ? "False" : "True"
        guard condition["status"]?.string == isFault, let words = condition["message"]?.string else { continue }
        return Redaction.apply(words).cleaned(bytes: 256).withFullStop
      }
    }
    return nil
  }
}

/// What is remembered of the dashboards and rules of one object.
struct DashboardsMemory: PartMemory {
  /// For how long Grafana and vmalert are waited for before that counts as a fault: the Grafana operator looks again after
  /// five minutes, vmalerts each minute.
  static let patience = Duration.seconds(360)

  /// What is waited for, and since when.
  private var waiting: (reason: ConditionReason, since: Duration)?
  private var state: PartState?

  init() {}

  /// Turns what is waited for too long into a fault, and adds a line for each change.
  mutating func record(_ report: inout PartReport, now: Duration) {
    if case .progressing(let finding) = report.state {
      if waiting?.reason != finding.reason { waiting = (finding.reason, now) }
      let left = (waiting?.since ?? now) + Self.patience - now
      if left > .zero { report.nextLooks.append(left) } else { report.state = .bad(finding) }
    } else {
      waiting = nil
    }
    defer { state = report.state ?? state }
    guard let new = report.state, new != state else { return }
    switch new {
    case .bad(let finding):
      report.lines.append(
        LogLine(
          .warning, "dashboards not published",
          ["reason": "\(finding.reason.name)", "cause": "\(finding.message)"]))
    case .good(let finding):
      report.lines.append(LogLine(.info, "dashboards published", ["message": "\(finding.message)"]))
    case .progressing, .updating, .off: break
    }
  }
}
