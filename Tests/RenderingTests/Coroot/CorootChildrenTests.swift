// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import Rendering

/// Which children Coroot has, and what all of them have in common.
@Suite struct CorootChildrenTests {
  @Test("Mode AgentsOnly has no child of Coroot") func agentsOnlyHasNone() {
    let fixture = CorootFixture("none", .shared) { $0.mode = .agentsOnly }
    #expect(fixture.children == [])
  }

  @Test("The children come in the order in which they are applied") func orderOfChildren() {
    let names = CorootFixture("order", .shared) { $0.coroot.replicas = 3 }.children.map { "\($0.kind)/\($0.name)" }
    #expect(
      names == [
        "ServiceAccount/platform-coroot", "Secret/platform-coroot-admin", "Secret/platform-coroot-keys",
        "Secret/platform-coroot", "NetworkPolicy/platform-coroot", "PodDisruptionBudget/platform-coroot",
        "Service/platform-coroot", "Service/platform-coroot-ingest", "Service/platform-coroot-servers",
        "StatefulSet/platform-coroot", "ServiceAccount/platform-cluster-agent",
        "ClusterRoleBinding/platform-cluster-agent", "NetworkPolicy/platform-cluster-agent",
        "Deployment/platform-cluster-agent",
      ])
  }

  @Test("Every child is owned, labelled and where it belongs", arguments: CorootMatrix.all)
  func everyChildIsOwnedAndLabelled(_ fixture: CorootFixture) {
    for child in fixture.children {
      let metadata = child.manifest["metadata"]
      #expect(metadata?[path: "labels", AgentShape.objectLabel]?.string == fixture.base.object.name)
      #expect(metadata?[path: "labels", WellKnownLabel.managedBy] == "observability-operator")
      let owner = metadata?["ownerReferences"]?.array?.first
      #expect(owner?["uid"]?.string == Fixture.uid && owner?["controller"] == true)
      #expect(child.namespace == (child.type.isNamespaced ? fixture.base.object.spec.namespace : nil))
      #expect(child.manifest.apiVersion == child.type.apiVersion && child.manifest.kind == child.type.kind)
    }
    #expect(fixture.children.filter { !$0.type.isNamespaced }.map(\.kind) == ["ClusterRoleBinding"])
  }

  @Test("The Secrets of generated values are rendered without data", arguments: CorootMatrix.all)
  func generatedSecretsHaveNoData(_ fixture: CorootFixture) throws {
    for suffix in [CorootShape.adminSuffix, CorootShape.keysSuffix] {
      let secret = try #require(fixture.child("Secret", suffix)?.object)
      #expect(Set(secret.keys) == ["apiVersion", "kind", "metadata", "type"] && secret["type"] == "Opaque")
    }
  }

  @Test("No name is longer than Kubernetes takes, with the longest name of an object") func namesFit() {
    var fixture = CorootFixture("long", .shared) { $0.coroot.replicas = 3 }
    let name = "o" + String(repeating: "x", count: ObservabilitySchema.nameLimit - 1)
    fixture.base.object = Observability(name: name, uid: Fixture.uid, generation: 1, spec: fixture.base.object.spec)
    for child in fixture.children { #expect(child.name.utf8.count <= 63, "\(child.name)") }
    // A StatefulSet's pods carry its name and ten more characters in a label.
    #expect(CorootShape.name(of: name).utf8.count + 11 <= 63)
  }

  @Test("The Service of ingestion leads to servers with the present integrations only", arguments: CorootMatrix.all)
  func ingestionFollowsTheIntegrations(_ fixture: CorootFixture) throws {
    let labels = try #require(fixture.template?[path: "metadata", "labels"]?.object)
    func leads(_ suffix: String) throws -> Bool {
      let selector = try #require(fixture.child("Service", suffix)?[path: "spec", "selector"]?.object)
      return selector.allSatisfy { labels[$0.key] == $0.value }
    }
    #expect(try leads(CorootShape.nameSuffix) && leads(CorootShape.serversSuffix))
    let inputs = fixture.inputs
    #expect(try leads(CorootShape.ingestSuffix) == (inputs.startedWith == inputs.takesDataWith))
    let own = try #require(fixture.child("StatefulSet")?[path: "spec", "selector", "matchLabels"]?.object)
    #expect(own[CorootShape.integrationsLabel] == nil && own.allSatisfy { labels[$0.key] == $0.value })
  }

  @Test("The headless Service names each server, ready or not") func everyServerHasAName() {
    let fixture = CorootFixture("names")
    let spec = fixture.child("Service", CorootShape.serversSuffix)?["spec"]
    #expect(spec?["clusterIP"] == "None" && spec?["publishNotReadyAddresses"] == true)
    #expect(fixture.child("StatefulSet")?[path: "spec", "serviceName"] == "platform-coroot-servers")
    #expect(
      CorootShape.url(of: "platform", namespace: "cozy-coroot", replica: 1)
        == "http://platform-coroot-1.platform-coroot-servers.cozy-coroot.svc:8080")
    #expect(CorootShape.claim(of: "platform", replica: 1) == "data-platform-coroot-1")
  }

  @Test(
    "A project is named after its object, unless Coroot would take that for a default",
    arguments: [
      ("platform", "platform"), ("default", "observability-default"), ("ab", "observability-ab"), ("abc", "abc"),
    ])
  func projectsAreNamed(_ object: String, _ project: String) {
    #expect(CorootShape.project(of: object) == project)
    #expect(CorootShape.guardProject(of: object) == project + "-keyless-guard")
  }

  @Test("The same input gives the same bytes, and nothing that the API server leaves out", arguments: CorootMatrix.all)
  func bytesAreStable(_ fixture: CorootFixture) {
    let bytes = { (fixture: CorootFixture) in
      fixture.children.map { JSONWriter.bytes(.object($0.manifest.content), order: .asGiven) }
    }
    #expect(bytes(fixture) == bytes(fixture))
    for child in fixture.children { #expect(Self.empty(.object(child.manifest.content), at: child.kind) == []) }
  }

  private static func empty(_ value: JSONValue, at path: String) -> [String] {
    switch value {
    case .null: [path]
    case .string(let text): text.isEmpty ? [path] : []
    case .array(let elements): elements.isEmpty ? [path] : elements.flatMap { empty($0, at: path + "[]") }
    case .object(let members):
      members.isEmpty ? [path] : members.flatMap { empty($0.value, at: "\(path).\($0.key)") }
    default: []
    }
  }
}
