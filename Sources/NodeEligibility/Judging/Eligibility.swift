// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// Whether a node can carry the agent. Decided from what is known of the node, and of nothing else.
enum Eligibility: Hashable, Sendable {
  /// It can, as far as is known.
  case eligible
  /// It cannot, and why.
  case ineligible(Ineligibility)

  /// The architectures that the agent's image exists for, as the DaemonSet's affinity has them.
  static let architectures = ["amd64", "arm64"]

  /// Judges a node.
  ///
  /// What the DaemonSet's node selector and affinity say cannot be overridden by an annotation: no pod would come.
  ///
  /// - Parameters:
  ///   - floor: the oldest kernel that will do; one that cannot be read will do.
  ///   - verdict: what preflight or the agent has found on the node and still holds.
  init(_ node: NodeView, floor: KernelVersion, verdict: NodeVerdict? = nil) {
    self = Self.obstacle(node, floor: floor, verdict: verdict).map(Self.ineligible) ?? .eligible
  }

  private static func obstacle(_ node: NodeView, floor: KernelVersion, verdict: NodeVerdict?) -> Ineligibility? {
    let insistence = node.override == .eligible ? ", and its annotation cannot change that" : ""
    // The labels decide, since the DaemonSet sees nothing else. A kubelet always sets them; virtual ones may not.
    let system = node.labels["kubernetes.io/os"]
    guard system == "linux" else {
      return Ineligibility(
        .unsupportedOperatingSystem,
        system.map { "The node runs \($0.shown)\(insistence)" } ?? missing("kubernetes.io/os"))
    }
    let architecture = node.labels["kubernetes.io/arch"]
    guard let architecture, architectures.contains(architecture) else {
      return Ineligibility(
        .unsupportedArchitecture,
        architecture.map { "The node's architecture is \($0.shown)\(insistence)" } ?? missing("kubernetes.io/arch"))
    }
    switch node.override {
    case .ineligible: return Ineligibility(.excluded, "The node has \(NodeOverride.annotation): ineligible")
    case .eligible: return nil
    case .unknown, nil: break
    }
    if let kernel = KernelVersion(node.kernel), kernel < floor {
      return Ineligibility(.kernelTooOld, "Kernel \(node.kernel) is older than \(floor)", needs: "\(floor)")
    }
    return verdict.map { Ineligibility($0.reason, $0.message, isFound: true) }
  }

  private static func missing(_ label: String) -> String {
    "The node has no label \(label), and so the DaemonSet leaves it out"
  }
}

/// Why a node cannot carry the agent.
package struct Ineligibility: Hashable, Sendable {
  package var reason: IneligibilityReason
  /// What is so on this very node, without a full stop; empty where nothing is known beyond the reason.
  package var detail: String
  /// What the node would have to have, as one word for a log line.
  package var needs: String?
  /// Whether it was found by running something on the node, and so has to be remembered.
  package var isFound: Bool

  package init(_ reason: IneligibilityReason, _ detail: String, needs: String? = nil, isFound: Bool = false) {
    self.reason = reason
    self.detail = detail
    self.needs = needs
    self.isFound = isFound
  }

  /// What is wrong, and the remedy.
  package var message: String {
    let meaning = detail.isEmpty ? reason.meaning : detail.last == "." ? detail : "\(detail)."
    return "\(meaning) \(reason.remedy)"
  }
}

/// A node that is asked for but cannot carry the agent.
package struct IneligibleNode: Hashable, Sendable {
  package var name: String
  package var kernel: String
  package var why: Ineligibility

  package init(name: String, kernel: String, why: Ineligibility) {
    self.name = name
    self.kernel = kernel
    self.why = why
  }
}

/// A node that counts as eligible although something about it is odd.
package struct OddNode: Hashable, Sendable {
  package var name: String
  package var note: NodeNote

  /// The first of them in words, and how many more there are; nil for none.
  package static func summary(_ nodes: [OddNode]) -> String? {
    guard let first = nodes.first else { return nil }
    let others = nodes.count == 1 ? "" : " The same holds for \(nodes.count - 1) more nodes."
    return "Node \(first.name): \(first.note.message).\(others)"
  }
}

/// What is odd about a node that counts as eligible all the same.
package enum NodeNote: Hashable, Sendable {
  /// The kernel's version says nothing.
  case kernelUnclear(String)
  /// The annotation has a value that means nothing.
  case overrideIgnored(String)

  /// What is odd about the node; the first of several.
  package init?(_ node: NodeView) {
    switch node.override {
    case .unknown(let value): self = .overrideIgnored(value)
    case .eligible, .ineligible: return nil
    case nil:
      guard KernelVersion(node.kernel) == nil else { return nil }
      self = .kernelUnclear(node.kernel)
    }
  }

  /// What is odd, and what follows from it.
  package var message: String {
    switch self {
    case .kernelUnclear(let kernel):
      "Kernel \(kernel.shown) cannot be compared with what the agent needs; the node counts as eligible"
    case .overrideIgnored(let value):
      "\(NodeOverride.annotation): \(value.shown) is ignored; use eligible or ineligible"
    }
  }
}

extension KernelVersion {
  /// The oldest kernel on which an agent of that security mode works.
  static func floor(_ mode: NodeAgent.Security.Mode) -> KernelVersion {
    switch mode {
    case .minimal: minimum
    case .privileged: minimumPrivileged
    }
  }
}

extension String {
  /// The text as a sentence can hold it.
  fileprivate var shown: String { isEmpty ? "unknown" : "\"\(self)\"" }
}
