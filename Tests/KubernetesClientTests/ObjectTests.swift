// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
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
