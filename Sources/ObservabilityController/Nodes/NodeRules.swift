// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// The rules about nodes, for the documentation that is made from them.
public enum NodeRules {
  /// The label on nodes that cannot carry the agent.
  public static let label = NodeLabel.label
  /// The annotation by which an administrator overrides what the operator finds.
  public static let overrideAnnotation = NodeOverride.annotation
  /// The oldest kernel for `spec.nodeAgent.security.mode: Minimal`.
  public static let minimalFloor = KernelVersion.minimum.description
  /// The oldest kernel for `spec.nodeAgent.security.mode: Privileged`.
  public static let privilegedFloor = KernelVersion.minimumPrivileged.description
  /// How many verdicts are remembered of one object.
  public static let ledgerLimit = VerdictLedger.limit
}
