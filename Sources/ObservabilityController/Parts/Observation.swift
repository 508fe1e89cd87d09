// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import ObservabilityAPI
import Rendering

/// What a part is shown when it is asked how it is.
struct Observation<Inputs: Sendable>: Sendable {
  let subject: Subject
  /// What the part was rendered from; nil if that is not known.
  let inputs: Inputs?
  /// Why the part could not be resolved: what its own condition is to say.
  let finding: Finding?
  /// What keeps its children from being as rendered: `Ready` says it already.
  let obstacle: Finding?
  /// What is wrong with a part that this one needs.
  let upstream: Finding?
  /// The part's own children.
  let children: AppliedChildren
  let view: ClusterView
}

/// The children of one part, as they are after a pass.
struct AppliedChildren: Sendable {
  /// What became of those that were rendered.
  let records: [AppliedChildRecord]
  /// What was applied, in this pass or before.
  let entries: [InventoryEntry]
  /// Whether everything that the part renders is there as rendered.
  let isComplete: Bool
  private let stored: @Sendable (ChildID) -> KubernetesObject?

  init(
    records: [AppliedChildRecord] = [], entries: [InventoryEntry] = [], isComplete: Bool = false,
    stored: @escaping @Sendable (ChildID) -> KubernetesObject? = { _ in nil }
  ) {
    self.records = records
    self.entries = entries
    self.isComplete = isComplete
    self.stored = stored
  }

  /// The child of that type, if it is there.
  ///
  /// What this pass was answered comes first: a store may still show the state before, in which all was well.
  func object(_ type: ResourceType) -> KubernetesObject? {
    let isOfType = { (id: ChildID) in id.group == type.group && id.kind == type.kind }
    if let record = records.first(where: { isOfType($0.id) }) { return record.object }
    return entries.first { isOfType($0.id) }.flatMap { stored($0.id) }
  }

  /// Every child of that type, of those that were rendered.
  func objects(_ type: ResourceType) -> [KubernetesObject] {
    records.compactMap { $0.id.group == type.group && $0.id.kind == type.kind ? $0.object : nil }
  }

  /// The child of that type as a log line names it: `DaemonSet/cozy-coroot/platform-node-agent`.
  func name(_ type: ResourceType) -> String? {
    records.first { $0.id.group == type.group && $0.id.kind == type.kind }?.name
  }

  /// Whether that child was applied in this pass, or found as rendered.
  func isApplied(_ id: ChildID) -> Bool { records.contains { $0.id == id } }
}

/// How a part is, and what follows from that. The engine does the rest.
struct PartReport: Sendable {
  /// What the condition says; nil while nothing can be said yet.
  var state: PartState?
  /// What keeps `Ready` from being true although the condition may be true.
  var obstacle: Finding?
  /// Whether an answer that cannot take long is awaited: the status is not written before.
  var awaitsAnswer = false
  /// Lines about what the part stands on: they come before those of its children.
  var preface: [LogLine] = []
  /// Lines about how far the part is, each once; the line `ready` stands for the last of them.
  var progress: [LogLine] = []
  /// Lines about how the part is, each once.
  var lines: [LogLine] = []
  /// Events, each once.
  var events: [ObjectEvent] = []
  /// When to look again although nothing changes.
  var nextLooks: [Duration] = []
  /// What the part adds to the status.
  var status = StatusFragment()
  /// A fingerprint of what changes by itself while the part is on its way: the status waits a moment for more of it.
  var movement: Int?
  /// What the line `ready` says of the part.
  var summary: [String: String] = [:]

  init(_ state: PartState? = nil) { self.state = state }
}

/// What a part adds to the status of its object.
struct StatusFragment: Hashable, Sendable {
  var agents: ObservabilityStatus.Agents?
  var ineligibleNodes: [ObservabilityStatus.IneligibleNode] = []
  var capabilities: [ObservabilityStatus.Capability] = []
  var endpoints = ObservabilityStatus.Endpoints()

  /// Adds this to a status.
  func add(to status: inout ObservabilityStatus) {
    if let agents { status.agents = agents }
    status.ineligibleNodes += ineligibleNodes
    status.capabilities += capabilities
    status.endpoints.metricsWrite = endpoints.metricsWrite ?? status.endpoints.metricsWrite
    status.endpoints.metricsRead = endpoints.metricsRead ?? status.endpoints.metricsRead
    status.endpoints.clickHouse = endpoints.clickHouse ?? status.endpoints.clickHouse
    status.endpoints.ui = endpoints.ui ?? status.endpoints.ui
  }
}
