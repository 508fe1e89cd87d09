// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore

/// What to do with a child that has to change in an immutable field.
public enum ReplacementPolicy: Hashable, Sendable {
  /// Leave it as it is and throw the server's refusal: the owner of the data or the address decides.
  case never
  /// Delete it, with what it owns, and recreate it once it is gone.
  case recreate

  /// The policy for a type: `recreate` only for what holds nothing but a description of pods, which the new one brings
  /// back. Everything else is `never`, known or not: a StatefulSet and a PersistentVolumeClaim hold data, a Service holds
  /// an address that others have learnt, a Secret or a ConfigMap marked immutable was marked so on purpose, and a custom
  /// resource may hold anything.
  public static func standard(_ type: ResourceType) -> ReplacementPolicy {
    switch (type.group, type.kind) {
    case ("apps", "DaemonSet"), ("apps", "Deployment"), ("batch", "Job"): .recreate
    default: .never
    }
  }
}

extension KubernetesError {
  /// The fields that the API server refused to change because they are immutable; empty if that was not the reason, or
  /// not the only one.
  ///
  /// There is no machine-readable reason for it, so the texts of the validation are known here
  /// (`k8s.io/apimachinery/pkg/api/validation/objectmeta.go`, `FieldImmutableErrorMsg`; `k8s.io/kubernetes/pkg/apis/apps`
  /// and `…/core/validation/validation.go`).
  public var immutableFields: [String] {
    guard case .status(let status) = self, status.code == 422, !status.causes.isEmpty,
      status.causes.allSatisfy({ cause in Self.immutabilityTexts.contains { cause.message.contains($0) } })
    else { return [] }
    return status.causes.map(\.field)
  }

  private static let immutabilityTexts = [
    "field is immutable", "is immutable after creation", "may not change once set", "updates to statefulset spec",
  ]
}
