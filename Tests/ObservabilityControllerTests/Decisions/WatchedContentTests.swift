// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
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

  @Test(arguments: [
    Watches.nodes, .named(.services, ObjectKey(namespace: "a", name: "x")), Watches.objects,
    .named(.secrets, ObjectKey(namespace: "a", name: "x")), .named(.namespaces, ObjectKey(name: "x")),
    Watches.children(.daemonSets, in: "a"), AgentsPart.pods(in: "a"),
  ])
  func whatAWatchItselfNeedsIsKept(target: WatchTarget) {
    let (parsed, _) = kept(object(target.type, [:]), of: target)
    #expect(parsed.resourceVersion == "7" && parsed.uid == "u" && parsed.name == "x")
    #expect(parsed.annotations["k8s.io/initial-events-end"] == "true", "or a streamed list has no end")
  }

  @Test("Of a child of a known object everything is kept that is compared, whatever is kept of others of its type")
  func aChildIsKeptWhole() {
    for kind in PartTypes.standard.children where kind.type != .configMaps {
      var child = object(kind.type, ["spec": ["a": "b"], "data": ["c": "d"], "type": "Opaque"])
      child["metadata"]?["name"] = .string("platform\(kind.suffix)")
      child["metadata"]?["labels"] = .object([Watches.objectLabel: "platform"])
      child["metadata"]?["ownerReferences"] = [["kind": "Observability", "uid": "owner"]]
      let content = Watches.content(of: Watches.children(kind.type, in: "a")) { _ in "owner" }
      let parsed = KubernetesObject(content.projection.apply(to: .object(child.content)).object ?? [:])
      #expect(content.reduce(parsed) == child, "\(kind.type)\(kind.suffix)")
    }
  }

  @Test("A Service keeps its ports and destination, and a Secret its data")
  func aServiceKeepsWhereItLeadsAndASecretItsData() {
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

  @Test("Children of a known object are kept whole, and everything else with their label as metadata")
  func whatIsKeptOfChildren() {
    let content = Watches.content(of: Watches.children(.daemonSets, in: "a")) { $0 == "platform" ? "object-uid" : nil }
    func child(_ name: String, label: String) -> KubernetesObject {
      var child = object(.daemonSets, ["spec": ["selector": [:]], "status": ["numberReady": 1]])
      child["metadata"]?["name"] = .string(name)
      child["metadata"]?["labels"] = ["observability.cozystack.io/object": .string(label), "other": "label"]
      child["metadata"]?["ownerReferences"] = [["kind": "Observability", "uid": "object-uid"]]
      return child
    }
    for label in ["platform", "changed"] {
      #expect(content.reduce(child("platform-node-agent", label: label)) == child("platform-node-agent", label: label))
    }
    for name in ["other-node-agent", "platform-node-agent-2", "platform", "-node-agent", "x"] {
      let kept = content.reduce(child(name, label: "platform"))
      #expect(
        kept?.uid == "u" && kept?.name == name && kept?.labels == ["observability.cozystack.io/object": "platform"])
      #expect(kept?.ownerReferences.count == 1, "or it could not be pruned")
      #expect(kept?["spec"] == nil && kept?.annotations == [:] && kept?[path: "metadata", "managedFields"] == nil)
    }
  }

  @Test("Of a ConfigMap the data is kept only if it is the record of a known object, owned by it")
  func whatIsKeptOfConfigMaps() {
    let content = Watches.content(of: Watches.children(.configMaps, in: "a")) { $0 == "platform" ? "object-uid" : nil }
    func data(_ name: String, uid: String, _ data: JSONValue = ["AgentExits": "{}", "junk": "x"]) -> JSONValue? {
      var map = object(.configMaps, ["data": data, "binaryData": ["b": "YQ=="]])
      map["metadata"]?["name"] = .string(name)
      map["metadata"]?["ownerReferences"] = [["kind": "Observability", "uid": .string(uid)]]
      let kept = content.reduce(map)
      #expect(kept?["binaryData"] == nil && kept?.name == name)
      return kept?["data"]
    }
    #expect(data("platform-node-verdicts", uid: "object-uid") == ["AgentExits": "{}"])
    #expect(data("platform-node-verdicts", uid: "another") == nil)
    #expect(data("other-node-verdicts", uid: "object-uid") == nil)
    #expect(data("platform-node-agent", uid: "object-uid") == nil)
    let large = JSONValue.string(String(repeating: "x", count: VerdictsContent.limit + 1))
    #expect(data("platform-node-verdicts", uid: "object-uid", ["AgentExits": large]) == nil)
  }
}
