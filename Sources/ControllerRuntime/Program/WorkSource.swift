// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// What a ``ControllerProgram`` watches, and which keys a change there gives it to work on.
public struct WorkSource: Sendable {
  /// What is watched.
  public let target: WatchTarget
  /// Whether the objects are those that the controller is for, and not what it makes or looks at.
  let isSubject: Bool
  /// Whether the objects are made by the controller; of these `managedFields` are kept, so that drift has a name.
  let isChild: Bool
  /// The keys of the objects that a change may concern.
  let keys: @Sendable (StoreChange) -> Set<ObjectKey>

  /// The objects that the controller is for: each is worked on under its own key.
  ///
  /// - Parameter callsForWork: which changes matter; all if not given.
  public static func objects(
    _ target: WatchTarget, when callsForWork: @escaping @Sendable (StoreChange) -> Bool = { _ in true }
  ) -> WorkSource {
    WorkSource(target: target, isSubject: true, isChild: false) { callsForWork($0) ? [$0.key] : [] }
  }

  /// Objects that the controller makes: a change is work on the object of that type that owns them, as
  /// `metadata.ownerReferences` tells. Narrow the target down by a label of your own, so that other people's objects cost
  /// no memory.
  public static func children(_ target: WatchTarget, of owner: ResourceType) -> WorkSource {
    WorkSource(target: target, isSubject: false, isChild: true) { change in
      // Both states: an owner that was taken off must put itself back.
      Set([change.old, change.new].compactMap(\.self).flatMap { $0.owners(of: owner) })
    }
  }

  /// Anything else that the result depends on: a change is work on the keys that the closure names.
  public static func related(
    _ target: WatchTarget, keys: @escaping @Sendable (StoreChange) -> Set<ObjectKey>
  ) -> WorkSource {
    WorkSource(target: target, isSubject: false, isChild: false, keys: keys)
  }
}
