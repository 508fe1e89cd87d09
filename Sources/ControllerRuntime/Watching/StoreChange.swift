// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// What happened to one object in a store.
public struct StoreChange: Hashable, Sendable {
  /// The object.
  public let key: ObjectKey
  /// Its state before; nil if it is new.
  public let old: KubernetesObject?
  /// Its state now; nil if it is gone.
  ///
  /// If both states are there their UIDs may differ: the object was deleted and recreated between two reads.
  public let new: KubernetesObject?
  /// Whether it came with the first list, and so was there before we looked.
  public let isInitial: Bool

  /// A change made of its parts.
  public init(key: ObjectKey, old: KubernetesObject?, new: KubernetesObject?, isInitial: Bool = false) {
    self.key = key
    self.old = old
    self.new = new
    self.isInitial = isInitial
  }
}
