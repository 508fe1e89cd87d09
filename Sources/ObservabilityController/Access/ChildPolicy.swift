// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI
import Rendering

/// What the admission policies on children have in common: whose child an object is, and how a refusal reads.
enum ChildPolicy {
  /// `labels` of the object, and `of`: the name of the `Observability` that they name, or nothing.
  static let variables: [(name: String, expression: String)] = [
    ("labels", "has(object.metadata.labels) ? object.metadata.labels : {}"),
    ("of", "'\(AgentShape.objectLabel)' in variables.labels ? variables.labels['\(AgentShape.objectLabel)'] : ''"),
  ]

  /// The same for a policy on deletion too: `subject` is the object, or the one that is deleted, which has no successor.
  static let subjectVariables: [(name: String, expression: String)] = [
    ("subject", "object == null ? oldObject : object"),
    ("labels", "has(variables.subject.metadata.labels) ? variables.subject.metadata.labels : {}"),
    variables[1],
  ]

  /// That the object has the label by which the operator knows what it manages.
  static let isManaged =
    "'\(WellKnownLabel.managedBy)' in variables.labels && "
    + "variables.labels['\(WellKnownLabel.managedBy)'] == '\(RoleManifests.operatorName)'"

  /// That an object, such as `object` or `oldObject`, is owned by the `Observability` of its label.
  static func isOwned(_ object: String = "object") -> String {
    "has(\(object).metadata.ownerReferences) && \(object).metadata.ownerReferences.exists(o, "
      + "o.apiVersion.startsWith('\(ObservabilitySchema.group)/') && o.kind == '\(ObservabilitySchema.kind)' && "
      + "o.name == variables.of && has(o.controller) && o.controller)"
  }

  /// That metadata has no annotation but the operator's and those of `kubectl`: `kubectl rollout restart` leaves one in the
  /// pods' template.
  static func onlyOwnAnnotations(_ metadata: String) -> String {
    "(!has(\(metadata).annotations) || \(metadata).annotations.all(k, "
      + "k.startsWith('\(ObservabilitySchema.group)/') || k.startsWith('kubectl.kubernetes.io/')))"
  }

  /// `kept`: the annotations that the object has already, which its other writers set.
  static let keptAnnotations = (
    name: "kept",
    expression: "oldObject == null ? {} : (has(oldObject.metadata.annotations) ? oldObject.metadata.annotations : {})"
  )

  /// That the object has no annotation but ``keptAnnotations``, the operator's own and those of `kubectl`.
  static let addsNoAnnotation =
    "(!has(object.metadata.annotations) || object.metadata.annotations.all(k, "
    + "k.startsWith('\(ObservabilitySchema.group)/') || k.startsWith('kubectl.kubernetes.io/') || "
    + "(k in variables.kept && variables.kept[k] == object.metadata.annotations[k])))"

  /// The suffixes as names of children of the object that `variables.of` names: a list in CEL.
  static func names(_ suffixes: [String]) -> String {
    "[" + suffixes.map { "variables.of + '\($0)'" }.joined(separator: ", ") + "]"
  }

  /// Refused as invalid, not as forbidden: no right is missing, and sending the same again is of no use.
  ///
  /// - Parameter allowed: what may be written: `no StatefulSet but …`.
  static func refusing(
    _ allowed: String, unless expression: String, _ why: String, name: String = "object.metadata.name"
  ) -> AdmissionPolicy.Validation {
    .init(
      expression: expression,
      message: "'\(RoleManifests.operatorName) may write \(allowed), as it is rendered; of ' + \(name) + ' \(why)'",
      reason: "Invalid")
  }
}
