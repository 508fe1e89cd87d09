// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON
import KubernetesCore
import ObservabilityAPI
import Telemetry

/// What vmalerts say of one VMRule: the VictoriaMetrics operator keeps a condition for each vmalert that selects it, of the
/// type `name.namespace.vmalert.victoriametrics.com/Applied` (operator v0.68,
/// `internal/controller/operator/factory/reconcile/status.go`).
struct RuleConditions: Hashable, Sendable {
  private static let suffix = ".vmalert.victoriametrics.com/Applied"

  /// How one VMRule is.
  enum Verdict: Hashable, Sendable {
    /// These vmalerts evaluate its present generation.
    case applied([String])
    /// No vmalert has said anything of its present generation.
    case silent
    /// A vmalert leaves it out.
    case refused(by: String, words: String)
  }

  let verdict: Verdict

  /// - Parameters:
  ///   - preferred: the namespace of the vmalert that reads the object's storage, if that is known: where one of it says
  ///     something, of an earlier generation too, the others do not count.
  init(_ rule: KubernetesObject, preferred: String?) {
    let all = (rule[path: "status", "conditions"]?.array ?? []).compactMap { condition -> Entry? in
      guard let type = condition["type"]?.string, type.hasSuffix(Self.suffix) else { return nil }
      let isPresent = condition["observedGeneration"]?.integer ?? rule.generation == rule.generation
      return Entry(type.dropLast(Self.suffix.count), condition, isPresent: isPresent)
    }
    let own = all.filter { $0.namespace == preferred }
    // One of an earlier generation says nothing of this one, but it shows which vmalert there is.
    let entries = (own.isEmpty ? all : own).filter(\.isPresent)
    if let refusal = entries.first(where: { !$0.isApplied }) {
      verdict = .refused(by: refusal.vmalert, words: refusal.words)
    } else {
      verdict = entries.isEmpty ? .silent : .applied(entries.map(\.vmalert).sorted())
    }
  }

  private struct Entry {
    let vmalert: String
    let namespace: String
    let isApplied: Bool
    /// Whether it is about the rule's present generation.
    let isPresent: Bool
    let words: String

    init(_ consumer: Substring, _ condition: JSONValue, isPresent: Bool) {
      self.isPresent = isPresent
      let parts = consumer.split(separator: ".", omittingEmptySubsequences: false)
      namespace = parts.count > 1 ? String(parts[parts.count - 1]) : ""
      vmalert = "\(namespace)/\(parts.dropLast().joined(separator: "."))".cleaned(bytes: 253)
      isApplied = condition["status"] == "True"
      words = Redaction.apply(condition["message"]?.string ?? "").cleaned(bytes: 256).withFullStop
    }
  }
}
