// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import acceptance

@Suite("Installing and removing")
struct InstallTests {
  private static func kustomization(_ files: [String: String]) -> Kustomization {
    Kustomization { path in
      guard let text = files[path] else { throw Refusal("\(path): no such file") }
      return text
    }
  }

  @Test("A kustomization lists files and folders, which are read in order")
  func kustomizations() throws {
    let files = [
      "a/kustomization.yaml": "resources: [one.yaml, ../b]", "a/one.yaml": "{kind: One, apiVersion: v1}\n---\n",
      "a/../b/kustomization.yaml": "apiVersion: v1\nkind: Kustomization\nresources: [two.yml]",
      "a/../b/two.yml": "{kind: Two, apiVersion: v1}\n---\n{kind: Three, apiVersion: v1}",
    ]
    let kinds = try Self.kustomization(files).manifests("a").map { $0["kind"]?.string }
    #expect(kinds == ["One", "Two", "Three"])
  }

  @Test(
    "What cannot be installed as kubectl would is refused with the file and field",
    arguments: [
      (["a/kustomization.yaml": "resources: []\npatches: []"], "a/kustomization.yaml: patches"),
      (["a/kustomization.yaml": "{}"], "a/kustomization.yaml: resources"),
      (["a/kustomization.yaml": "resources: [1]"], "a/kustomization.yaml: resources"),
      (["a/kustomization.yaml": "resources: [b.yaml]"], "a/b.yaml: no such file"),
      (["a/kustomization.yaml": "resources: [b.yaml]", "a/b.yaml": "{kind: X}"], "a/b.yaml: a document"),
    ])
  func refusals(_ files: [String: String], _ says: String) {
    #expect {
      try Self.kustomization(files).manifests("a")
    } throws: { "\($0)".contains(says) }
  }

  @Test("What others need is applied first")
  func order() {
    let kinds = [
      "Deployment", "RoleBinding", "ServiceAccount", "CustomResourceDefinition", "ClusterRole", "Namespace", "Other",
    ]
    let sorted = InstallOrder.sorted(kinds.map { ["kind": .string($0)] }).compactMap { $0["kind"]?.string }
    #expect(
      sorted == [
        "Namespace", "CustomResourceDefinition", "ServiceAccount", "ClusterRole", "RoleBinding", "Deployment", "Other",
      ])
  }

  private static func object(_ change: (inout KubernetesObject) -> Void) -> KubernetesObject {
    var object = KubernetesObject(type: .namespaces, name: "a")
    object["metadata"]?["labels"] = ["l": "1"]
    object["metadata"]?["resourceVersion"] = "1"
    change(&object)
    return object
  }

  @Test("Two states are the same if only versions, owners of fields and status differ")
  func sameness() {
    let before = Self.object { _ in }
    #expect(
      Sameness.holds(
        before,
        Self.object {
          $0["metadata"]?["resourceVersion"] = "2"
          $0["metadata"]?["managedFields"] = [[:]]
          $0["status"] = ["phase": "Active"]
        }))
    #expect(!Sameness.holds(before, Self.object { $0["metadata"]?["labels"] = ["l": "2"] }))
    #expect(!Sameness.holds(before, Self.object { $0["metadata"]?["finalizers"] = ["f"] }))
    #expect(!Sameness.holds(before, Self.object { $0["spec"] = ["a": 1] }))
  }

  @Test("An object gives itself away by manager, label, owner or what it is about")
  func traces() {
    #expect(Traces.trace(Self.object { _ in }) == nil)
    #expect(
      Traces.trace(Self.object { $0["metadata"]?["managedFields"] = [["manager": "observability-operator"]] }) != nil)
    #expect(Traces.trace(Self.object { $0["metadata"]?["managedFields"] = [["manager": "kubectl"]] }) == nil)
    #expect(Traces.trace(Self.object { $0["metadata"]?["labels"] = [Names.objectLabel: "x"] }) != nil)
    #expect(Traces.trace(Self.object { $0["metadata"]?["ownerReferences"] = [["kind": "Observability"]] }) != nil)
    #expect(Traces.trace(Self.object { $0["regarding"] = ["kind": "Observability"] }) != nil)
  }

  @Test("The operator's kubeconfig holds a token and nothing of the administrator's")
  func kubeconfig() throws {
    var cluster = ClusterConfiguration(server: "https://a:6443", credentials: .token("admin-secret"))
    cluster.tls.certificateAuthorities = Array("pem".utf8)
    let text = try OperatorKubeconfig(identity: .token("of-the-account"), cluster: cluster).text()
    let file = try JSONParser.parse(text)
    #expect(file["users"]?.array?.first?["user"] == ["token": "of-the-account"])
    #expect(file["clusters"]?.array?.first?[path: "cluster", "certificate-authority-data"] == "cGVt")
    #expect(!text.contains("admin-secret"))
  }

  @Test("Without tokens the operator is impersonated, which a credential plugin cannot be handed down for")
  func impersonation() throws {
    let cluster = ClusterConfiguration(server: "http://a", credentials: .token("admin"))
    let file = try JSONParser.parse(try OperatorKubeconfig(identity: .impersonation, cluster: cluster).text())
    #expect(file["users"]?.array?.first?["user"] == ["as": .string(Names.operatorUser), "token": "admin"])
    let plugin = CredentialPlugin(version: .v1, command: "login", arguments: [], environment: [:])
    let other = ClusterConfiguration(server: "http://a", credentials: .plugin(plugin))
    #expect(throws: Refusal.self) { try OperatorKubeconfig(identity: .impersonation, cluster: other).text() }
  }
}
