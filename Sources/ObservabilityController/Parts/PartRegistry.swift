// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import KubernetesCore
import NodeEligibility
import ObservabilityAPI

/// The kinds of parts that an object may have, and what follows from them without looking at any object.
struct PartTypes: Sendable {
  /// The parts of this release, in the order in which conditions and messages stand. The one place that lists them.
  static let standard = PartTypes([
    AgentsPart.self, MetricsPart.self, ClickHousePart.self, GatewayPart.self, CorootPart.self, UIPart.self,
    DashboardsPart.self,
  ])

  let types: [any Part.Type]

  init(_ types: [any Part.Type]) { self.types = types }

  /// Every kind of child that an object may have, whether or not one is wanted now.
  var children: [ChildKind] { types.flatMap { $0.children } }

  /// The type of an entry of an inventory; nil for one that no part renders.
  func type(of id: ChildID) -> ResourceType? { kinds(of: id).first?.type }

  /// The kinds of children that are of the group and kind of that one.
  func kinds(of id: ChildID) -> [ChildKind] { children.filter { $0.isType(of: id) } }

  /// Which child of an object that is, by its name; nil for one that no part renders.
  func kind(of id: ChildID) -> (kind: ChildKind, parent: String)? {
    for kind in kinds(of: id) {
      if let parent = kind.parent(ofChild: id.key.name) { return (kind, parent) }
    }
    return nil
  }

  /// The part that renders the child; nil if none does.
  func part(of id: ChildID) -> PartID? {
    types.first { type in type.children.contains { $0.isType(of: id) && $0.parent(ofChild: id.key.name) != nil } }?.id
  }

  /// How objects of that type are watched, where a part has a word in it.
  func watched(_ type: ResourceType) -> WatchedType? { types.lazy.compactMap { $0.watched[type] }.first }
}

/// What a part may keep when it is made.
struct PartContext: Sendable {
  /// Carries the questions to backends.
  let transport: any HTTPTransport
  /// Time and chance.
  let environment: RuntimeEnvironment
  /// The cluster's domain.
  let domain: String
  /// Which nodes can carry an agent.
  let nodes: NodeEligibilityController
  /// To be called with the name of an object when a backend has answered for it.
  let onAnswer: @Sendable (String) -> Void
}

/// Every part that an object may have, ready to be asked.
struct PartRegistry: Sendable {
  let types: PartTypes
  /// In the order in which conditions and messages stand.
  let parts: [any Part]
  /// In the order in which they are worked on: each after those that it needs.
  let ordered: [any Part]

  /// Makes the parts. Two that need each other would be a mistake of ours: the one that stands first comes first then.
  init(_ types: PartTypes, _ context: PartContext) {
    self.types = types
    parts = types.types.map { $0.init(context) }
    var ordered: [any Part] = []
    var rest = parts
    while !rest.isEmpty {
      let next = rest.firstIndex { part in part.needs.allSatisfy { need in !rest.contains { $0.id == need } } }
      ordered.append(rest.remove(at: next ?? 0))
    }
    self.ordered = ordered
  }

  /// Keeps the parts' own work going, such as asking backends, until the task is cancelled. Runs on the leader only.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      for part in parts { group.addTask { await part.run() } }
    }
  }

  /// Drops what the parts keep of an object that is gone.
  func forget(_ object: String) {
    for part in parts { part.forget(object) }
  }
}
