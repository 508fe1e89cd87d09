// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

/// The columns are those of `pkg/printers/internalversion/printers.go`.
@Suite("Tables of built-in kinds")
struct TableTests {
  private static let pod: JSONValue = [
    "metadata": ["labels": ["a": "b"]],
    "spec": ["containers": [["name": "c", "image": "x:1"]], "nodeSelector": ["pool": "db"]],
  ]

  private static let workload: JSONValue = ["spec": ["selector": ["matchLabels": ["a": "b"]], "template": pod]]

  static let examples:
    [(group: String, kind: String, plural: String, object: JSONValue, columns: [String], cells: JSONValue)] =
      [
        (
          "apps", "StatefulSet", "statefulsets", workload, ["Name", "Ready", "Age", "Containers", "Images"],
          ["x", "0/1", "0s", "c", "x:1"]
        ),
        (
          "apps", "Deployment", "deployments", workload,
          ["Name", "Ready", "Up-to-date", "Available", "Age", "Containers", "Images", "Selector"],
          ["x", "0/1", 0, 0, "0s", "c", "x:1", "a=b"]
        ),
        (
          "apps", "DaemonSet", "daemonsets", workload,
          [
            "Name", "Desired", "Current", "Ready", "Up-to-date", "Available", "Node Selector", "Age", "Containers",
            "Images",
            "Selector",
          ], ["x", 0, 0, 0, 0, 0, "pool=db", "0s", "c", "x:1", "a=b"]
        ),
        (
          "policy", "PodDisruptionBudget", "poddisruptionbudgets", ["spec": ["maxUnavailable": "10%"]],
          ["Name", "Min Available", "Max Unavailable", "Allowed Disruptions", "Age"], ["x", "N/A", "10%", 0, "0s"]
        ),
        (
          "networking.k8s.io", "Ingress", "ingresses",
          [
            "spec": [
              "ingressClassName": "nginx", "tls": [["secretName": "t"]],
              "rules": [["host": "a"], ["host": "b"], ["host": "c"], ["host": "d"]],
            ]
          ], ["Name", "Class", "Hosts", "Address", "Ports", "Age"],
          ["x", "nginx", "a,b,c + 1 more...", "", "80, 443", "0s"]
        ),
        (
          "networking.k8s.io", "Ingress", "ingresses",
          ["spec": ["defaultBackend": ["service": ["name": "s", "port": ["number": 80]]]]],
          ["Name", "Class", "Hosts", "Address", "Ports", "Age"], ["x", "<none>", "*", "", "80", "0s"]
        ),
        (
          "networking.k8s.io", "NetworkPolicy", "networkpolicies",
          [
            "spec": [
              "podSelector": [
                "matchLabels": ["b": "c"], "matchExpressions": [["key": "a", "operator": "In", "values": ["y", "x"]]],
              ]
            ]
          ], ["Name", "Pod-Selector", "Age"], ["x", "a in (x,y),b=c", "0s"]
        ),
        (
          "rbac.authorization.k8s.io", "RoleBinding", "rolebindings",
          [
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"],
            "subjects": [["kind": "User", "name": "u"], ["kind": "ServiceAccount", "name": "s", "namespace": "n"]],
          ], ["Name", "Role", "Age", "Users", "Groups", "ServiceAccounts"], ["x", "Role/r", "0s", "u", "", "n/s"]
        ),
        ("", "ConfigMap", "configmaps", ["data": ["a": "1", "b": "2"]], ["Name", "Data", "Age"], ["x", "2", "0s"]),
        (
          "", "Secret", "secrets", ["stringData": ["a": "1"]], ["Name", "Type", "Data", "Age"],
          ["x", "Opaque", "1", "0s"]
        ),
        (
          "", "PersistentVolumeClaim", "persistentvolumeclaims",
          ["spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]]],
          ["Name", "Status", "Volume", "Capacity", "Access Modes", "StorageClass", "VolumeAttributesClass", "Age"],
          ["x", "Pending", "", "", "", "", "<unset>", "0s"]
        ),
      ]

  @Test("A table shows what kubectl shows", arguments: examples)
  func table(
    _ group: String, _ kind: String, _ plural: String, _ object: JSONValue, _ columns: [String], _ cells: JSONValue
  ) async throws {
    let cluster = await TestCluster {
      $0.runsControllers = false
      $0.now = { Timestamp(seconds: 1_700_000_000) }
    }
    var body = object
    body["apiVersion"] = .string(group.isEmpty ? "v1" : "\(group)/v1")
    body["kind"] = .string(kind)
    body["metadata"] = ["name": "x"]
    let place = (group.isEmpty ? "/api/v1" : "/apis/\(group)/v1") + "/namespaces/rec/\(plural)"
    let made = await cluster.send("POST", place, body)
    try #require(made.status == 201, "\(made.text)")
    let table = await cluster.send("GET", place, accept: "application/json;as=Table;g=meta.k8s.io;v=v1").json
    #expect(table["columnDefinitions"]?.array?.compactMap { $0["name"]?.string } == columns)
    #expect(table["rows"]?.array?.first?["cells"] == cells)
  }
}
