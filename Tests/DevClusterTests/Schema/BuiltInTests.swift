// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Built-in kinds")
struct BuiltInTests {
  private func rules(_ kind: String, group: String = "") throws -> TypeRules {
    try #require(TypeRules.builtIn(group: group, kind: kind))
  }

  /// The object as it would be stored.
  private func stored(_ object: JSONValue, _ rules: TypeRules) -> JSONValue {
    rules.defaults(rules.canonicalize(object))
  }

  @Test("have tables that can be read")
  func tables() {
    #expect(SchemaTable.builtIn.problems == [])
  }

  @Test("Mistakes in a table are found")
  func badTable() {
    let table = SchemaTable(["A {\n a B\n b\n c string ?\n}\nC {\n c C\n}\nC {\n}\nD {\n d D\n}"])
    #expect(
      table.problems == [
        "C is defined twice", "B is not defined", "A:  b", "A: unknown flag ?", "D contains itself",
      ])
  }

  @Test(
    "are found by group and kind",
    arguments: [
      ("", "Pod", true), ("apps", "DaemonSet", true), ("", "DaemonSet", false), ("events.k8s.io", "Event", true),
      ("", "Event", true), ("", "ObjectMeta", false), ("events.k8s.io", "RegardingEvent", false),
      ("", "RegardingEvent", false),
    ])
  func lookup(_ group: String, _ kind: String, _ isKnown: Bool) {
    #expect((TypeRules.builtIn(group: group, kind: kind) != nil) == isKnown)
  }

  @Test("The two kinds of events are told apart")
  func events() throws {
    #expect(try rules("Event").schema.properties["involvedObject"] != nil)
    #expect(try rules("Event", group: "events.k8s.io").schema.properties["regarding"] != nil)
  }

  @Test("A pod is completed")
  func pod() throws {
    let rules = try rules("Pod")
    let pod = stored(
      [
        "metadata": ["name": "p"],
        "spec": [
          "hostNetwork": true, "hostPID": false, "serviceAccountName": "sa",
          "containers": [
            [
              "name": "c", "image": "registry:5000/x", "ports": [["containerPort": 80]],
              "livenessProbe": ["httpGet": ["port": 80]],
              "env": [["name": "E", "valueFrom": ["fieldRef": ["fieldPath": "spec.nodeName"]]]],
            ],
            ["name": "d", "image": "x@sha256:00", "securityContext": ["privileged": false, "runAsUser": nil]],
          ],
          "volumes": [["name": "scratch"], ["name": "s", "secret": ["secretName": "s"]]],
        ],
      ], rules)
    let spec = try #require(pod["spec"])
    #expect(spec["hostPID"] == nil)
    #expect(spec["serviceAccount"] == "sa")
    #expect(spec["enableServiceLinks"] == true)
    #expect(spec["dnsPolicy"] == "ClusterFirst")
    let containers = try #require(spec["containers"]?.array)
    #expect(containers[0]["imagePullPolicy"] == "Always")
    #expect(containers[0]["ports"] == [["hostPort": 80, "containerPort": 80, "protocol": "TCP"]])
    #expect(
      containers[0]["livenessProbe"] == [
        "httpGet": ["path": "/", "port": 80, "scheme": "HTTP"], "timeoutSeconds": 1, "periodSeconds": 10,
        "successThreshold": 1, "failureThreshold": 3,
      ])
    #expect(containers[0][path: "env"]?.array?.first?[path: "valueFrom", "fieldRef", "apiVersion"] == "v1")
    #expect(containers[0]["resources"] == [:])
    #expect(containers[1]["imagePullPolicy"] == "IfNotPresent")
    #expect(containers[1]["securityContext"] == ["privileged": false])
    #expect(
      spec["volumes"] == [
        ["name": "scratch", "emptyDir": [:]], ["name": "s", "secret": ["secretName": "s", "defaultMode": 420]],
      ])
    #expect(pod["status"] == [:])
    #expect(rules.schema.pruned(pod).unknown == [])
    #expect(stored(pod, rules) == pod)
  }

  @Test("A new object has what Go writes for it")
  func zeroValues() throws {
    #expect(
      try rules("DaemonSet", group: "apps").schema.zeroValue == [
        "metadata": [:],
        "spec": [
          "selector": nil, "template": ["metadata": [:], "spec": ["containers": nil]], "updateStrategy": [:],
        ],
        "status": [
          "currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0, "numberReady": 0,
        ],
      ])
    #expect(TypeRules.custom(.anything, hasStatusSubresource: false).schema.zeroValue == [:])
  }

  @Test("Services, policies, bindings, definitions and namespaces are completed")
  func others() throws {
    let balancer = stored(
      ["spec": ["type": "LoadBalancer", "clusterIP": "10.0.0.1", "ports": [["port": 80]]]], try rules("Service"))
    #expect(balancer[path: "spec", "externalTrafficPolicy"] == "Cluster")
    #expect(balancer[path: "spec", "allocateLoadBalancerNodePorts"] == true)
    #expect(balancer[path: "spec", "clusterIPs"] == ["10.0.0.1"])
    let policy = stored(
      ["spec": ["podSelector": [:], "egress": [[:]]]], try rules("NetworkPolicy", group: "networking.k8s.io"))
    #expect(policy[path: "spec", "policyTypes"] == ["Ingress", "Egress"])
    let binding = stored(
      [
        "subjects": [["kind": "User", "name": "u"], ["kind": "ServiceAccount", "name": "s"]],
        "roleRef": ["kind": "ClusterRole", "name": "r"],
      ], try rules("ClusterRoleBinding", group: "rbac.authorization.k8s.io"))
    #expect(binding[path: "roleRef", "apiGroup"] == "rbac.authorization.k8s.io")
    #expect(binding["subjects"]?.array?.map { $0["apiGroup"] } == ["rbac.authorization.k8s.io", nil])
    let definition = stored(
      ["spec": ["names": ["kind": "Thing", "plural": "things"]]],
      try rules("CustomResourceDefinition", group: "apiextensions.k8s.io"))
    #expect(definition[path: "spec", "names", "listKind"] == "ThingList")
    #expect(definition[path: "spec", "names", "singular"] == "thing")
    #expect(definition[path: "spec", "conversion"] == ["strategy": "None"])
    let namespace = stored(["metadata": ["name": "n"]], try rules("Namespace"))
    #expect(namespace[path: "metadata", "labels"] == ["kubernetes.io/metadata.name": "n"])
    let deployment = stored(["spec": ["template": [:]]], try rules("Deployment", group: "apps"))
    #expect(
      deployment[path: "spec", "strategy"] == [
        "type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"],
      ])
  }

  @Test(
    "What cannot be decoded is named",
    arguments: [
      (
        "apps", "DaemonSet", ["spec": ["minReadySeconds": "x"]],
        "json: cannot unmarshal string into Go struct field DaemonSet.spec.minReadySeconds of type int32"
      ),
      (
        "", "ConfigMap", ["data": ["a": 1]],
        "json: cannot unmarshal number into Go struct field ConfigMap.data.a of type string"
      ),
      (
        "", "Pod", ["spec": ["hostPID": "yes"]],
        "json: cannot unmarshal string into Go struct field Pod.spec.hostPID of type bool"
      ),
      (
        "", "Pod", ["spec": ["containers": [:]]],
        "json: cannot unmarshal object into Go struct field Pod.spec.containers of type []interface {}"
      ),
      (
        "", "Pod", ["spec": [true]],
        "json: cannot unmarshal array into Go struct field Pod.spec of type map[string]interface {}"
      ),
      (
        "", "Pod", ["metadata": ["deletionTimestamp": "soon"]],
        #"parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006""#
      ),
      ("", "Secret", ["data": ["a": "x"]], "illegal base64 data at input byte 0"),
      (
        "", "Pod", ["spec": ["containers": [["resources": ["limits": ["cpu": "much"]]]]]],
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
      ),
    ] as [(String, String, JSONValue, String)])
  func decoding(_ group: String, _ kind: String, _ object: JSONValue, _ problem: String) throws {
    #expect(try rules(kind, group: group).decodingProblem(object, kind: kind) == problem)
  }
}
