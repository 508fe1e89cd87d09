// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Validation of built-in kinds")
struct BuiltInValidationTests {
  private func failures(
    _ group: String, _ kind: String, _ object: JSONValue, old: JSONValue? = nil
  ) throws -> [String] {
    try BuiltInFailures.of(group, kind, object, old: old)
  }

  private func workload(_ change: (inout JSONValue) -> Void) -> JSONValue {
    var container: JSONValue = ["name": "c", "image": "i:1"]
    change(&container)
    return [
      "spec": [
        "selector": ["matchLabels": ["a": "b"]],
        "template": ["metadata": ["labels": ["a": "b"]], "spec": ["containers": [container]]],
      ]
    ]
  }

  @Test(
    "of containers",
    arguments: [
      ("image", nil, ["image: Required value"]),
      ("name", nil, ["name: Required value"]),
      (
        "name", "Upper",
        [
          "name: Invalid value: \"Upper\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
        ]
      ),
      (
        "ports", [["containerPort": 70000]],
        ["ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"]
      ),
      ("ports", [["name": "http"]], ["ports[0].containerPort: Required value"]),
      ("env", [["value": "1"]], ["env[0].name: Required value"]),
      (
        "volumeMounts", [["name": "v"]],
        ["volumeMounts[0].name: Not found: \"v\"", "volumeMounts[0].mountPath: Required value"]
      ),
      (
        "resources", ["requests": ["cpu": "2"], "limits": ["cpu": "1500m"]],
        ["resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1500m"]
      ),
      ("resources", ["requests": ["cpu": "1"], "limits": ["cpu": "1500m"]], []),
    ] as [(String, JSONValue?, [String])])
  func containers(_ name: String, _ value: JSONValue?, _ expected: [String]) throws {
    let found = try failures("apps", "DaemonSet", workload { $0[name] = value })
    #expect(found == expected.map { "spec.template.spec.containers[0].\($0)" })
  }

  @Test("of pods")
  func pods() throws {
    let found = try failures(
      "", "Pod",
      [
        "spec": [
          "nodeSelector": ["a": "-"],
          "containers": [["name": "c", "image": "i"], ["name": "c", "image": "i"]],
          "volumes": [["name": "v", "hostPath": [:]], ["name": "v"]],
        ]
      ])
    #expect(
      found.prefix(3) == [
        "spec.volumes[0].hostPath.path: Required value", #"spec.volumes[1].name: Duplicate value: "v""#,
        #"spec.containers[1].name: Duplicate value: "c""#,
      ])
    #expect(
      found.last?.hasPrefix(#"spec.nodeSelector: Invalid value: "-": a valid label must be an empty string"#) == true)
  }

  @Test("of workloads")
  func workloads() throws {
    var object = workload { _ in }
    #expect(try failures("apps", "Deployment", object) == [])
    object["spec"]?["replicas"] = -1
    object["spec"]?["template"]?["spec"]?["restartPolicy"] = "Never"
    #expect(
      try failures("apps", "Deployment", object) == [
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        #"spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always""#,
      ])
    object = workload { _ in }
    object["spec"]?["selector"] = [:]
    #expect(
      try failures("apps", "DaemonSet", object) == [
        "spec.selector: Invalid value: {}: empty selector is invalid for daemonset"
      ])
    object["spec"]?["selector"] = nil
    #expect(try failures("apps", "DaemonSet", object) == ["spec.selector: Required value"])
  }

  @Test(
    "of selectors with expressions",
    arguments: [
      ("In", ["b"], true), ("In", ["c"], false), ("NotIn", ["c"], true), ("NotIn", ["b"], false), ("Exists", [], true),
      ("DoesNotExist", [], false), ("Near", [], false),
    ] as [(String, [JSONValue], Bool)])
  func selectors(_ relation: String, _ values: [JSONValue], _ expected: Bool) {
    let selector: JSONValue = [
      "matchExpressions": [["key": "a", "operator": .string(relation), "values": .array(values)]]
    ]
    #expect(WorkloadRules.matches(selector, ["a": "b"]) == expected)
  }

  @Test(
    "of single kinds",
    arguments: [
      ("", "Service", ["spec": [:]], nil, ["spec.ports: Required value"]),
      ("", "Service", ["spec": ["clusterIP": "None"]], nil, []),
      (
        "", "Service",
        [
          "spec": [
            "type": "Odd",
            "ports": [
              ["port": 0], ["port": 1, "name": "n"], ["port": 2, "name": "n", "protocol": "X"],
              ["port": 3, "name": "N"],
            ],
          ]
        ], nil,
        [
          #"spec.type: Unsupported value: "Odd": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort""#,
          "spec.ports[0].name: Required value",
          "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
          #"spec.ports[2].name: Duplicate value: "n""#,
          #"spec.ports[2].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP""#,
          #"spec.ports[3].name: Invalid value: "N": \#(NameRules.label("N") ?? "")"#,
        ]
      ),
      (
        "", "Service", ["spec": ["clusterIP": "10.0.0.2", "ports": [["port": 1]]]],
        ["spec": ["clusterIP": "10.0.0.1", "ports": [["port": 1]]]],
        [#"spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set"#]
      ),
      (
        "", "ConfigMap", ["data": ["a b": "1"]], nil,
        [#"data[a b]: Invalid value: "a b": \#(NameRules.configKey("a b") ?? "")"#]
      ),
      (
        "", "ConfigMap", ["data": ["a": .string(String(repeating: "x", count: 1_100_000))]], nil,
        ["[]: Too long: may not be more than 1048576 bytes"]
      ),
      (
        "", "ConfigMap", ["immutable": true, "data": ["a": "2"]], ["immutable": true, "data": ["a": "1"]],
        ["data: Forbidden: field is immutable when `immutable` is set"]
      ),
      ("", "Secret", ["type": "b"], ["type": "a"], [#"type: Invalid value: "b": field is immutable"#]),
      (
        "rbac.authorization.k8s.io", "ClusterRole", ["rules": [[:], ["verbs": ["get"], "nonResourceURLs": ["/"]]]], nil,
        [
          "rules[0].verbs: Required value: verbs must contain at least one value",
          "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
          "rules[0].resources: Required value: resource rules must supply at least one resource",
        ]
      ),
      (
        "rbac.authorization.k8s.io", "RoleBinding", ["roleRef": ["kind": "X"], "subjects": [["kind": "User"]]], nil,
        [
          #"roleRef.kind: Unsupported value: "X": supported values: "Role", "ClusterRole""#,
          "roleRef.name: Required value",
          "subjects[0].name: Required value",
        ]
      ),
      (
        "coordination.k8s.io", "Lease", ["spec": ["leaseDurationSeconds": 0, "leaseTransitions": -1]], nil,
        [
          "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
          "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0",
        ]
      ),
      (
        "events.k8s.io", "Event",
        [
          "type": "Odd", "note": .string(String(repeating: "x", count: 1025)),
          "reason": .string(String(repeating: "x", count: 129)),
        ], nil,
        [
          "eventTime: Required value", "reportingController: Required value", "reportingInstance: Required value",
          "action: Required value", "reason: Too long: may not be more than 128 bytes",
          #"type: Invalid value: "": has invalid value: Odd"#, "note: Too long: may not be more than 1024 bytes",
        ]
      ),
      (
        "apiextensions.k8s.io", "CustomResourceDefinition",
        [
          "spec": [
            "group": "G", "scope": "X", "names": ["plural": "ps"],
            "versions": [["name": "v1", "schema": ["openAPIV3Schema": ["type": "string"]]], ["name": "V"]],
          ]
        ], nil,
        [
          #"metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group"#,
          #"spec.group: Invalid value: "G": \#(NameRules.subdomain("G") ?? "")"#, "spec.names.kind: Required value",
          #"spec.scope: Unsupported value: "X": supported values: "Cluster", "Namespaced""#,
          #"spec.versions: Invalid value: ["v1","V"]: must have exactly one version marked as storage version"#,
          #"spec.versions[0].schema.openAPIV3Schema.type: Invalid value: "string": must be object at the root"#,
          #"spec.versions[1].name: Invalid value: "V": \#(NameRules.label("V") ?? "")"#,
          "spec.versions[1].schema.openAPIV3Schema: Required value: schemas are required",
        ]
      ),
    ] as [(String, String, JSONValue, JSONValue?, [String])])
  func kinds(_ group: String, _ kind: String, _ new: JSONValue, _ old: JSONValue?, _ expected: [String]) throws {
    #expect(try failures(group, kind, new, old: old) == expected)
  }

  @Test(
    "of metadata",
    arguments: [
      (["labels": ["/a": "b"]], nil, [#"metadata.labels: Invalid value: "/a": prefix part must be non-empty"#]),
      (
        ["labels": ["A/a": "b"]], nil,
        [#"metadata.labels: Invalid value: "A/a": prefix part \#(NameRules.subdomain("A") ?? "")"#]
      ),
      (["labels": ["a/": "b"]], nil, [#"metadata.labels: Invalid value: "a/": name part must be non-empty"#]),
      (
        ["labels": ["a": .string(String(repeating: "x", count: 64))]], nil,
        ["metadata.labels: Invalid value: \"\(String(repeating: "x", count: 64))\": must be no more than 63 bytes"]
      ),
      (
        ["annotations": ["a": .string(String(repeating: "x", count: 262_144))]], nil,
        ["metadata.annotations: Too long: may not be more than 262144 bytes"]
      ),
      (
        ["ownerReferences": [["apiVersion": "", "kind": "K", "name": "n", "uid": "u"]]], nil,
        [#"metadata.ownerReferences[0].apiVersion: Invalid value: "": version must not be empty"#]
      ),
      (["uid": "2"], ["uid": "1"], [#"metadata.uid: Invalid value: "2": field is immutable"#]),
      (
        ["deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a/b", "a/c"]],
        ["deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a/b"]],
        [
          #"metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a/c"}"#
        ]
      ),
    ] as [(JSONValue, JSONValue?, [String])])
  func metadata(_ new: JSONValue, _ old: JSONValue?, _ expected: [String]) throws {
    #expect(try failures("", "ServiceAccount", ["metadata": new], old: old.map { ["metadata": $0] }) == expected)
  }

  @Test(
    "of names, by kind",
    arguments: [
      ("", "Namespace", "a.b", false), ("", "ConfigMap", "a.b", true), ("", "Service", "1a", false),
      ("", "Service", "a1", true), ("rbac.authorization.k8s.io", "ClusterRole", "system:X", true),
      ("rbac.authorization.k8s.io", "ClusterRole", "a/b", false),
      ("rbac.authorization.k8s.io", "ClusterRole", "..", false),
      ("", "ConfigMap", String(repeating: "a", count: 254), false),
      ("", "Namespace", String(repeating: "a", count: 64), false),
    ])
  func names(_ group: String, _ kind: String, _ name: String, _ isGood: Bool) throws {
    let found = try failures(group, kind, ["metadata": ["name": .string(name)]])
    #expect(!found.contains { $0.hasPrefix("metadata.name") } == isGood)
  }

  @Test("of owners: only one may control")
  func controllers() throws {
    let owner = { (name: JSONValue) -> JSONValue in
      ["apiVersion": "v1", "kind": "K", "name": name, "uid": name, "controller": true]
    }
    let found = try failures("", "ServiceAccount", ["metadata": ["ownerReferences": [owner("a"), owner("b")]]])
    #expect(found.count == 1)
    #expect(found.first?.hasSuffix("Found \"true\" in references for a and b") == true)
  }

  @Test("of custom resources: an added finalizer is refused twice, as recorded")
  func customFinalizer() throws {
    let rules = TypeRules.custom(try StructuralSchema(openAPI: ["type": "object"]), hasStatusSubresource: false)
    let old: JSONValue = ["metadata": ["name": "f", "deletionTimestamp": "2026-01-01T00:00:00Z"]]
    var new = old
    new["metadata"]?["finalizers"] = ["cozystack.io/other"]
    let failures = rules.validate(new, old)
    #expect(failures.count == 2)
    #expect(!failures.summary.hasPrefix("["))
  }
}
