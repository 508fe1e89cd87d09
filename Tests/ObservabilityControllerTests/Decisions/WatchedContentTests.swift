// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import Testing

@testable import ObservabilityController

/// What is not kept is not read, and what is read is kept.
@Suite struct WatchedContentTests {
  /// The object as it is after parsing, and as it is stored.
  private func kept(_ object: KubernetesObject, of target: WatchTarget) -> (parsed: KubernetesObject, KubernetesObject?)
  {
    let content = Watches.content(of: target)
    let parsed = KubernetesObject(content.projection.apply(to: .object(object.content)).object ?? [:])
    return (parsed, content.reduce(parsed))
  }

  private func object(_ type: ResourceType, _ more: JSONObject) -> KubernetesObject {
    var object = KubernetesObject(type: type, namespace: type.isNamespaced ? "a" : nil, name: "x")
    object["metadata"]?["uid"] = "u"
    object["metadata"]?["resourceVersion"] = "7"
    object["metadata"]?["managedFields"] = [["manager": "m"]]
    object["metadata"]?["annotations"] = ["big": "text", "k8s.io/initial-events-end": "true"]
    for (name, value) in more { object[name] = value }
    return object
  }

  @Test(arguments: [NodeViewTests.node] + NodeViewTests.heartbeats + NodeViewTests.changes)
  func aNodeLosesNothingThatAViewReads(node: KubernetesObject) throws {
    let (parsed, stored) = kept(node, of: Watches.nodes)
    #expect(parsed.resourceVersion == node.resourceVersion, "watches go on from it")
    #expect(try NodeView(#require(stored)) == NodeView(node))
    #expect(stored == NodeView.project(node))
    for lost in ["images", "conditions"] { #expect(parsed[path: "status", lost] == nil) }
  }

  @Test(arguments: [
    Watches.nodes, .named(.services, ObjectKey(namespace: "a", name: "x")), Watches.objects,
    .named(.secrets, ObjectKey(namespace: "a", name: "x")), .named(.namespaces, ObjectKey(name: "x")),
    Watches.children(.daemonSets, in: "a"), Watches.agentPods(in: "a"),
  ])
  func whatAWatchItselfNeedsIsKept(target: WatchTarget) {
    let (parsed, _) = kept(object(target.type, [:]), of: target)
    #expect(parsed.resourceVersion == "7" && parsed.uid == "u" && parsed.name == "x")
    #expect(parsed.annotations["k8s.io/initial-events-end"] == "true", "or a streamed list has no end")
  }

  @Test func aServiceKeepsWhereItLeadsAndASecretItsData() {
    let spec: JSONValue = [
      "ports": [["port": 8480]], "type": "ExternalName", "externalName": "a.b.svc", "clusterIP": "10.0.0.1",
      "selector": ["a": "b"],
    ]
    var whole = spec
    whole["sessionAffinity"] = "None"
    let service = object(.services, ["spec": whole, "status": [:]])
    let (_, storedService) = kept(service, of: .named(.services, service.key))
    #expect(storedService?["spec"] == spec)
    let secret = object(.secrets, ["data": ["username": "YQ=="], "type": "Opaque"])
    let (_, storedSecret) = kept(secret, of: .named(.secrets, secret.key))
    #expect(storedSecret?["data"] == ["username": "YQ=="] && storedSecret?.uid == "u")
    for stored in [storedService, storedSecret] {
      #expect(stored?.annotations["big"] == nil && stored?[path: "metadata", "managedFields"] == nil)
    }
  }

  @Test func ofANamespaceOnlyTheMetadataIsAskedFor() {
    let target = WatchTarget.named(.namespaces, ObjectKey(name: "x"))
    #expect(Watches.content(of: target).form == .metadata)
    var namespace = object(.namespaces, ["spec": ["finalizers": ["kubernetes"]]])
    namespace["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    let (_, stored) = kept(namespace, of: target)
    #expect(stored?.isBeingDeleted == true && stored?["spec"] == nil)
  }

  @Test func anObjectOfOursKeepsAllButTheBookkeepingOfOthers() {
    var ours = Made.object(["mode": "Metrics"])
    ours["status"] = ["conditions": []]
    ours["metadata"]?["annotations"] = ["kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "yes"]
    ours["metadata"]?["managedFields"] = [["manager": "m"]]
    let (_, stored) = kept(ours, of: Watches.objects)
    #expect(stored?["spec"] == ours["spec"] && stored?["status"] == ours["status"])
    #expect(stored?.annotations == ["kept": "yes"] && stored?[path: "metadata", "managedFields"] == nil)
  }

  @Test func childrenAreKeptWhole() {
    let child = object(.daemonSets, ["spec": ["selector": [:]], "status": ["numberReady": 1]])
    #expect(kept(child, of: Watches.children(.daemonSets, in: "a")).1 == child)
  }
}
