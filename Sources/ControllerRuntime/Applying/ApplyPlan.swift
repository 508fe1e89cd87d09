// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// What is to be done about one child, decided by ``ChildApplier/plan(type:desired:live:appliedHash:)`` without a request
/// and carried out by ``ChildApplier/apply(_:)``.
///
/// In between is the place for whatever must be known before something is written. The first time in a pass that
/// ``isWrite`` is true, read the owner once more: an apply on behalf of an owner that a lagging watch still shows, and
/// that has a successor by now, would make the garbage collector delete the child.
public struct ApplyPlan: Sendable {
  /// What was decided.
  enum Decision: Hashable, Sendable {
    /// Nothing is sent.
    case rest(AppliedChild.Change)
    /// The child is applied; `isRepair` says that somebody else had changed or removed it.
    case write(AppliedChild.Change, isRepair: Bool)
  }

  let type: ResourceType
  let child: ChildID
  let desired: KubernetesObject
  /// The hash of `desired`.
  let hash: String
  /// The child as the store shows it.
  let stored: KubernetesObject?
  /// The child as it is known: as the store shows it, or as the last write left it if the store lags behind.
  let known: KubernetesObject?
  let decision: Decision

  /// Whether carrying it out sends a request.
  public var isWrite: Bool {
    if case .write = decision { true } else { false }
  }

  /// Whether carrying it out makes a child that no watch shows.
  public var isCreation: Bool {
    if case .write(.created, _) = decision { true } else { false }
  }
}
