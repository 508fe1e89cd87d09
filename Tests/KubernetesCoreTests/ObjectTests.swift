// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Testing

@Suite struct ObjectTests {
  @Test func metadataIsAtHand() {
    let object = KubernetesObject([
      "apiVersion": "apps/v1", "kind": "DaemonSet",
      "metadata": [
        "name": "a", "namespace": "n", "uid": "u", "resourceVersion": "7", "generation": 3,
        "creationTimestamp": "2026-01-02T03:04:05Z", "deletionTimestamp": "2026-01-02T03:04:06Z",
        "labels": ["x": "1", "y": 2], "annotations": ["z": ""], "ownerReferences": [["uid": "o"], "odd"],
      ],
    ])
    #expect(object.key == ObjectKey(namespace: "n", name: "a") && "\(object.key)" == "n/a")
    #expect(object.uid == "u" && object.resourceVersion == "7" && object.generation == 3)
    #expect(object.apiVersion == "apps/v1" && object.kind == "DaemonSet" && object.isBeingDeleted)
    #expect(object.creationTimestamp == "2026-01-02T03:04:05Z")
    #expect(object.labels == ["x": "1"] && object.annotations == ["z": ""])
    #expect(object.ownerReferences == [["uid": "o"]])
  }

  @Test("Owners are found by UID, and by type in any version of its group")
  func owners() {
    var object = KubernetesObject(type: .configMaps, namespace: "n", name: "a")
    let owner = OwnerReference(apiVersion: "apps/v1beta9", kind: "DaemonSet", name: "d", uid: "u")
    object["metadata"]?["ownerReferences"] = [owner.json, ["uid": "v"], "odd"]
    #expect(object.isOwned(by: "u") && object.isOwned(by: "v"))
    #expect(!object.isOwned(by: "w") && !object.isOwned(by: nil))
    #expect(object.owners(of: .daemonSets) == [ObjectKey(namespace: "n", name: "d")])
    #expect(object.owners(of: .deployments) == [])
  }

  @Test("An owner reference leaves out what is false")
  func ownerReferences() {
    var owner = KubernetesObject(type: .nodes, name: "n")
    owner["metadata"]?["uid"] = "u"
    #expect(
      OwnerReference(owner, isController: false).json == ["apiVersion": "v1", "kind": "Node", "name": "n", "uid": "u"])
    #expect(
      OwnerReference(owner, blocksOwnerDeletion: true).json == [
        "apiVersion": "v1", "kind": "Node", "name": "n", "uid": "u", "controller": true, "blockOwnerDeletion": true,
      ])
  }

  @Test("An identity is the same in every version of its group")
  func identities() {
    var object = KubernetesObject(type: .daemonSets, namespace: "n", name: "a")
    object["apiVersion"] = "apps/v2"
    #expect(ChildID(object) == ChildID(type: .daemonSets, key: object.key))
    #expect(ChildID(object).description == "DaemonSet/n/a" && object.group == "apps")
    #expect(KubernetesObject(type: .pods, name: "a").group == "")
  }

  @Test func anEmptyObjectHasNothing() {
    let object = KubernetesObject([:])
    #expect(object.name == "" && object.namespace == nil && object.uid == nil && object.generation == nil)
    #expect(object.labels.isEmpty && object.ownerReferences.isEmpty && !object.isBeingDeleted)
  }

  @Test func keysAreOrderedByNamespaceThenName() {
    let keys = [ObjectKey(namespace: "b", name: "a"), ObjectKey(name: "z"), ObjectKey(namespace: "a", name: "b")]
    #expect(keys.sorted().map(\.description) == ["z", "a/b", "b/a"])
  }

  @Test(arguments: [
    (ResourceType.daemonSets, "/apis/apps/v1/namespaces/n/daemonsets/x/status", "daemonsets.apps"),
    (.secrets, "/api/v1/namespaces/n/secrets/x/status", "secrets"),
    (.leases, "/apis/coordination.k8s.io/v1/namespaces/n/leases/x/status", "leases.coordination.k8s.io"),
    (.events, "/apis/events.k8s.io/v1/namespaces/n/events/x/status", "events.events.k8s.io"),
    (
      .networkPolicies, "/apis/networking.k8s.io/v1/namespaces/n/networkpolicies/x/status",
      "networkpolicies.networking.k8s.io"
    ),
  ])
  func paths(_ type: ResourceType, _ path: String, _ name: String) {
    #expect(type.path(namespace: "n", name: "x", subresource: "status") == path)
    #expect(type.description == name)
    #expect(KubernetesObject(type: type, name: "x").apiVersion == type.apiVersion)
  }
}
