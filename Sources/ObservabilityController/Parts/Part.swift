// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import ObservabilityAPI
import Rendering

/// One part of an `Observability`: something that an object may ask for, with one condition of its own.
///
/// A part answers questions and changes nothing itself: the engine asks ``resolve(_:_:_:)`` and ``render(_:_:)`` of every
/// part that the object wants, each after those that it needs, applies what was rendered, and asks ``observe(_:_:)``.
/// Events, log lines, status, conditions and pruning follow from what the part returns. To add a part, write a folder
/// below `Parts` and add it to ``PartTypes/standard``.
protocol Part: Sendable {
  /// What the part works from, once everything that it needs is known. Parts that need this one may read it.
  associatedtype Inputs: Sendable
  /// What is remembered of one object between passes; all of it can be lost without harm.
  associatedtype Memory: PartMemory

  /// The name in log lines and in the inventory. Never changes: what an earlier release applied carries it.
  static var id: PartID { get }
  /// The condition that tells how the part is.
  static var condition: ConditionType { get }
  /// The reason of `Ready` while the part is not as it should be.
  static var notReady: ConditionReason { get }
  /// The parts that come before this one, and whose inputs it may read.
  static var needs: [PartID] { get }
  /// The parts that must be as rendered before what this one no longer renders is deleted.
  static var prunesAfter: [PartID] { get }
  /// Everything that the part may ever render.
  static var children: [ChildKind] { get }
  /// How the types are watched of which the part reads only a part.
  static var watched: [ResourceType: WatchedType] { get }
  /// The log message while something keeps the part from being applied.
  static var waiting: String { get }

  init(_ context: PartContext)

  /// Whether the object asks for the part. One that is not wanted has no condition and no child.
  func isWanted(_ spec: ObservabilitySpec) -> Bool

  /// What to watch besides children, as far as that is known.
  ///
  /// - Parameter lookup: what is known so far; what is found may lead to more.
  func watches(_ spec: ObservabilitySpec, lookup: (ResourceType, ObjectKey) -> Lookup) -> Set<WatchTarget>

  /// Finds what the part works from, in stores and in the answers that backends gave before. Sends nothing.
  func resolve(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> Resolution<Inputs>

  /// The children that the inputs ask for, in the order in which they are applied. Pure.
  func render(_ inputs: Inputs, _ subject: Subject) -> [Child]

  /// Whether a child that is to be changed may be, given the child as a store has it now: it may have changed since the
  /// inputs were found. If not, the pass over the part is repeated.
  func isCurrent(_ inputs: Inputs, _ child: Child, live: KubernetesObject?, _ subject: Subject) -> Bool

  /// How the part is, from its own children and what it remembers.
  func observe(_ observation: Observation<Inputs>, _ memory: inout Memory) -> PartReport

  /// Does what the part does beside reconciles, until the task is cancelled. Runs on the leader only.
  func run() async

  /// How the last check of the part's backend ended, by object, for the metrics. A part without a backend has none.
  func checks() -> [String: BackendCheck]

  /// Drops what is kept of an object that is gone, or that no longer wants the part.
  func forget(_ object: String)
}

extension Part {
  static var needs: [PartID] { [] }
  static var prunesAfter: [PartID] { [] }
  static var children: [ChildKind] { [] }
  static var watched: [ResourceType: WatchedType] { [:] }
  static var waiting: String { TransitionLog.partWaits }

  var id: PartID { Self.id }
  var needs: [PartID] { Self.needs }
  var children: [ChildKind] { Self.children }

  func watches(_ spec: ObservabilitySpec, lookup: (ResourceType, ObjectKey) -> Lookup) -> Set<WatchTarget> { [] }
  func render(_ inputs: Inputs, _ subject: Subject) -> [Child] { [] }
  func isCurrent(_ inputs: Inputs, _ child: Child, live: KubernetesObject?, _ subject: Subject) -> Bool { true }
  func run() async {}
  func checks() -> [String: BackendCheck] { [:] }
  func forget(_ object: String) {}
}

/// What a part remembers of one object; begins with nothing.
protocol PartMemory: Sendable {
  init()
}

/// The memory of a part that remembers nothing.
struct NoMemory: PartMemory {}

/// The name of a part.
struct PartID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  let rawValue: String

  init(rawValue: String) { self.rawValue = rawValue }

  var description: String { rawValue }
}

/// What a pass is about: one object, read and valid.
struct Subject: Sendable {
  /// The object as the store has it.
  let object: KubernetesObject
  /// The object read.
  let observability: Observability
  /// Whether the namespace of the children is there, and stays.
  let hasNamespace: Bool

  var name: String { object.name }
  var spec: ObservabilitySpec { observability.spec }

  /// The condition of that type that the status has now.
  func condition(_ type: ConditionType) -> Condition? {
    ConditionSet(object[path: "status", "conditions"])[type.rawValue]
  }
}
