// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// What is worth an Event.
@Suite struct ConditionEventsTests {
  static let well = ConditionAssembly(
    agents: .good(Finding(.allReady, "run")), metrics: .good(Finding(.reachable, "answered")))

  static func with(_ change: (inout ConditionAssembly) -> Void) -> ConditionAssembly {
    var assembly = well
    change(&assembly)
    return assembly
  }

  static let unreachable = with { $0.metrics = .bad(Finding(.unreachable, "refused")) }
  static let unauthorized = with { $0.metrics = .bad(Finding(.unauthorized, "401")) }
  static let rolling = with { $0.agents = .progressing(Finding(.rollingOut, "1 of 3")) }
  static let notReady = with { $0.agents = .progressing(Finding(.agentsNotReady, "2 of 3")) }
  static let starting = with { $0.agents = .progressing(Finding(.noEligibleNodes, "none yet")) }
  static let stuck = with { $0.agents = .bad(Finding(.noEligibleNodes, "none yet")) }
  static let noNodes = with { $0.agents = .bad(Finding(.noEligibleNodes, "none")) }
  static let updating = with { $0.agents = .updating(Finding(.minimumAvailable, "2 of 3")) }
  static let failing = with { $0.agents = .bad(Finding(.podsFailing, "1 of 3")) }
  static let refused = with { $0.agents = .bad(Finding(.podSecurityForbids, "baseline")) }
  static let noNamespace = with { $0.blocked = Finding(.namespaceNotFound, "x is not there") }
  static let forbidden = with {
    $0.blocked = Finding(.notPermitted, "no right")
    $0.metrics = .bad(Finding(.notPermitted, "no right"))
  }
  static let going = with { $0.blocked = Finding(.progressing, "x is being deleted") }
  static let invalid = ConditionAssembly(stalled: Finding(.invalidSpec, "spec.mode"), agents: nil)
  static let overlapping = ConditionAssembly(stalled: Finding(.nodesAlreadyObserved, "node-1"), agents: nil)

  struct Example: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var before: ConditionAssembly?
    var after: ConditionAssembly
    /// Reasons, those of warnings with a mark before them.
    var told: [String]
  }

  static let examples: [Example] = [
    Example(testDescription: "new and well", after: well, told: ["Ready"]),
    Example(testDescription: "well again", before: well, after: well, told: []),
    Example(testDescription: "on its way", after: rolling, told: []),
    Example(testDescription: "on its way, with a reason that may be a fault", before: well, after: starting, told: []),
    Example(testDescription: "not on its way any more", before: starting, after: stuck, told: ["!NoEligibleNodes"]),
    Example(testDescription: "stuck still", before: stuck, after: stuck, told: []),
    Example(testDescription: "there", before: rolling, after: well, told: ["Ready"]),
    Example(testDescription: "on its way again", before: well, after: rolling, told: []),
    Example(testDescription: "some not ready", before: well, after: notReady, told: []),
    Example(testDescription: "a backend goes", before: well, after: unreachable, told: ["!Unreachable"]),
    Example(testDescription: "a backend is away still", before: unreachable, after: unreachable, told: []),
    Example(
      testDescription: "a backend is away otherwise", before: unreachable, after: unauthorized,
      told: ["!Unauthorized"]),
    Example(testDescription: "a backend comes back", before: unreachable, after: well, told: ["Ready"]),
    Example(testDescription: "no nodes", before: well, after: noNodes, told: ["!NoEligibleNodes"]),
    Example(testDescription: "some may be missing", before: well, after: updating, told: []),
    Example(testDescription: "pods fail, which is told of each", before: well, after: failing, told: []),
    Example(testDescription: "pods are refused", before: well, after: refused, told: ["!PodSecurityForbids"]),
    Example(testDescription: "no namespace", before: well, after: noNamespace, told: ["!NamespaceNotFound"]),
    Example(testDescription: "Ready repeats a part", before: well, after: forbidden, told: ["!NotPermitted"]),
    Example(testDescription: "a child is going", before: well, after: going, told: []),
    Example(testDescription: "stalled", before: well, after: invalid, told: ["!InvalidSpec"]),
    Example(testDescription: "stalled otherwise", before: invalid, after: overlapping, told: ["!NodesAlreadyObserved"]),
    Example(testDescription: "goes on", before: invalid, after: well, told: ["Ready"]),
  ]

  @Test(arguments: examples)
  func whatIsTold(_ example: Example) {
    var before = ConditionSet()
    example.before?.write(to: &before, generation: 1, now: ConditionAssemblyTests.now)
    var after = before
    example.after.write(to: &after, generation: 2, now: ConditionAssemblyTests.later)
    let items = ConditionEvents.items(
      before: before, after: after, progressing: example.after.progressing,
      progressed: example.before?.progressing ?? [])
    #expect(items.map { ($0.type == .warning ? "!" : "") + $0.reason } == example.told)
    #expect(items.allSatisfy { !$0.note.isEmpty })
  }
}
