// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import NodeEligibility

/// Which nodes can carry the agent, by what they say of themselves.
@Suite struct EligibilityTests {
  static func node(
    kernel: String = "6.8.0", architecture: String? = "amd64", system: String? = "linux", override: String? = nil
  ) -> NodeView {
    var node = Made.node("n")
    let labels = ["kubernetes.io/arch": architecture, "kubernetes.io/os": system].compactMapValues(\.self)
    node.labels = NodeView.Labels(JSONObject(labels.map { ($0.key, .string($0.value)) }))
    node.kernel = kernel
    node.override = override.map(NodeOverride.init)
    return node
  }

  @Test(
    arguments: [
      ("4.18.0-553.el8_10.x86_64", true), ("5.10", true), ("5.10.240-1", true), ("5.4.0-150-generic", true),
      ("4", nil), ("5.11", false), ("5.11.0", false), ("5.15.0-1053-aws", false), ("6.1.0-custom+", false),
      ("6.18.38-talos", false), ("6", nil), ("10.0", false), ("05.011", false),
      ("5", nil), ("5.x", nil), ("5-rc.3", nil), ("", nil), ("custom-5.10", nil), (".10", nil), ("-5.10", nil),
      ("99999999999999999999.1", nil), ("5.99999999999999999999", nil), ("５.10", nil), ("\u{0}", nil),
    ] as [(String, Bool?)])
  func aKernelIsReadAsFarAsSenseAllows(text: String, isOlder: Bool?) {
    let eligibility = Eligibility(Self.node(kernel: text), floor: .minimum)
    #expect((eligibility == .eligible) == (isOlder != true), "what is not known is eligible")
    #expect((NodeNote(Self.node(kernel: text)) != nil) == (isOlder == nil), "with a note")
  }

  @Test(
    arguments: [
      (node(), nil, ""), (node(system: "windows"), .unsupportedOperatingSystem, #"runs "windows""#),
      (node(architecture: "riscv64"), .unsupportedArchitecture, #"is "riscv64""#),
      (node(architecture: "arm64"), nil, ""),
      (
        node(system: nil), .unsupportedOperatingSystem,
        "has no label kubernetes.io/os, and so the DaemonSet leaves it out"
      ),
      (node(architecture: nil), .unsupportedArchitecture, "has no label kubernetes.io/arch"),
      (node(architecture: nil, override: "eligible"), .unsupportedArchitecture, "has no label kubernetes.io/arch"),
      (node(kernel: "4.18.0"), .kernelTooOld, "Kernel 4.18.0 is older than 5.11"),
      (node(kernel: "4.18.0", override: "eligible"), nil, ""), (node(override: "ineligible"), .excluded, "ineligible"),
      (node(kernel: "4.18.0", override: "yes"), .kernelTooOld, "5.11"), (node(override: "yes"), nil, ""),
      (node(architecture: "s390x", override: "eligible"), .unsupportedArchitecture, "annotation cannot change that"),
    ] as [(NodeView, IneligibilityReason?, String)])
  func whatANodeSays(node: NodeView, reason: IneligibilityReason?, says: String) {
    switch Eligibility(node, floor: .floor(.minimal)) {
    case .eligible: #expect(reason == nil)
    case .ineligible(let why):
      #expect(why.reason == reason && !why.isFound)
      #expect(why.message.contains(says) && why.message.hasSuffix(why.reason.remedy), "\(why.message)")
    }
  }

  @Test func aPrivilegedAgentWorksOnOlderKernels() {
    let old = Self.node(kernel: "5.4.0-150-generic")
    #expect(Eligibility(old, floor: .floor(.privileged)) == .eligible)
    #expect(Eligibility(old, floor: .floor(.minimal)) != .eligible)
    #expect(Eligibility(Self.node(kernel: "4.19.0"), floor: .floor(.privileged)) != .eligible)
  }

  @Test func aVerdictCountsUnlessTheAdministratorKnowsBetter() {
    let verdict = Made.verdict(.kernelLockedDown, message: "lockdown is confidentiality")
    guard case .ineligible(let why) = Eligibility(Self.node(), floor: .floor(.minimal), verdict: verdict) else {
      Issue.record("a verdict counts")
      return
    }
    #expect(why.isFound && why.message.hasPrefix("lockdown is confidentiality. Boot with"))
    #expect(
      Eligibility(Self.node(override: "eligible"), floor: .floor(.minimal), verdict: verdict) == .eligible)
  }

  @Test func anAnnotationThatMeansNothingIsNoted() throws {
    let note = try #require(NodeNote(Self.node(override: "maybe")))
    #expect(
      note.message == #"observability.cozystack.io/node-agent-override: "maybe" is ignored; use eligible or ineligible"#
    )
    for value in ["eligible", "ineligible"] {
      #expect(NodeNote(Self.node(kernel: "", override: value)) == nil)
    }
  }

  @Test("A node without any label or status is left out, with the missing label named")
  func aNodeWithoutAnything() throws {
    let bare = NodeView(KubernetesObject(type: .nodes, name: "bare"))
    guard case .ineligible(let why) = Eligibility(bare, floor: .floor(.minimal)) else {
      Issue.record("no pod goes there")
      return
    }
    #expect(why.message.contains("has no label kubernetes.io/os"))
  }
}
