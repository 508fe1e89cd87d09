// SPDX-License-Identifier: Apache-2.0

/// One named step of a reconcile.
///
/// A step reads what earlier steps left in the pass and adds to it. One that lacks what it needs leaves the pass alone:
/// a failing part does not stop the parts that do not need it.
struct Step: Sendable {
  let name: String
  /// Whether the step is taken for a stalled object too.
  let whenStalled: Bool
  let run: @Sendable (ObservabilityReconciler, inout Pass) async -> Void

  /// Every step, in the order in which they are taken.
  static let all: [Step] = [
    Step(name: "decode", whenStalled: false) { $0.decode(&$1) },
    Step(name: "find namespace", whenStalled: false) { $0.findNamespace(&$1) },
    Step(name: "judge nodes", whenStalled: false) { $0.judgeNodes(&$1) },
    Step(name: "assign nodes", whenStalled: false) { $0.assignNodes(&$1) },
    Step(name: "resolve backend", whenStalled: false) { $0.resolveBackend(&$1) },
    Step(name: "ask backend", whenStalled: false) { await $0.askBackend(&$1) },
    Step(name: "apply children", whenStalled: false) { await $0.applyChildren(&$1) },
    Step(name: "record verdicts", whenStalled: false) { await $0.recordVerdicts(&$1) },
    Step(name: "prune", whenStalled: false) { await $0.prune(&$1) },
    Step(name: "find label failures", whenStalled: false) { $0.findLabelFailures(&$1) },
    Step(name: "confirm namespace", whenStalled: false) { await $0.confirmNamespace(&$1) },
    Step(name: "observe agents", whenStalled: false) { $0.observeAgents(&$1) },
    Step(name: "publish status", whenStalled: true) { await $0.publishStatus(&$1) },
  ]
}
