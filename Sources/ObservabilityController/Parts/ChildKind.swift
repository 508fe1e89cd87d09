// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// A kind of child that a part may have: of each object one, named after it.
struct ChildKind: Sendable {
  /// Where a child lives.
  enum Place: Sendable {
    /// In `spec.namespace`, which never changes.
    case besideObject
    /// In no namespace.
    case cluster
    /// In another namespace, which may change: the child moves.
    case namespace(@Sendable (ObservabilitySpec) -> String)
  }

  let type: ResourceType
  /// What follows the object's name in the child's: `-node-agent`.
  let suffix: String
  var place = Place.besideObject
  /// What to do about a cluster that does not serve the type.
  var remedy = "Install what defines it, or switch off the part that needs it."
  /// Whether such a child is left out, without a word, where the cluster does not serve its type.
  var isOptional = false
  /// What to do about a missing right to it, given its namespace; nil for the role of children.
  var grant: (@Sendable (String) -> String)?
  /// Whether such a child is applied although another kind of the part cannot be read.
  var standsAlone = false
  /// Whether the object may have such a child.
  var isWanted: @Sendable (ObservabilitySpec) -> Bool = { _ in true }
  /// What is kept of the child in memory, given its owner's UID: all of it, unless something is not read.
  var kept: @Sendable (KubernetesObject, String) -> KubernetesObject = { child, _ in child }
  /// Whether the child stays as long as its object does, although it is not wanted any longer: what it holds belongs to
  /// data that stays too.
  var outlivesPart = false
  /// What stays behind when the child goes, given its name: a phrase for an Event. Nil if nothing does.
  var stays: (@Sendable (String) -> String)?
  /// The members of a Secret's `data` that are made up when it is created, and never again.
  var generated: [String: GeneratedValue] = [:]

  init(_ type: ResourceType, suffix: String) {
    self.type = type
    self.suffix = suffix
  }

  /// A kind with some of its members set.
  init(_ type: ResourceType, suffix: String, _ change: (inout ChildKind) -> Void) {
    self.init(type, suffix: suffix)
    change(&self)
  }

  /// The namespace of the child; nil for one without.
  func namespace(_ spec: ObservabilitySpec) -> String? {
    switch place {
    case .besideObject: spec.namespace
    case .cluster: nil
    case .namespace(let choose): choose(spec)
    }
  }

  /// Whether a child may be in any namespace that the object names, or has to be where it is.
  var isBesideObject: Bool { if case .besideObject = place { true } else { false } }

  /// The name of the object whose child of this kind has that name; nil if no child of this kind has it.
  func parent(ofChild name: String) -> String? {
    name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : nil
  }

  /// Whether the child is of this kind's group and kind.
  func isType(of id: ChildID) -> Bool { type.group == id.group && type.kind == id.kind }
}

/// How objects of a type are watched.
struct WatchedType: Sendable {
  /// What is asked for and kept of them.
  var content: WatchContent
  /// Which changes call for work.
  var news: ChangePredicate
  /// The label that has the name of the `Observability` whose work it is.
  var ownerLabel = Watches.objectLabel
}
