// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

/// The messages are those of `pkg/apis/apps/validation/validation.go`; three of them are recorded in 11-workloads.
@Suite("Validation of workloads")
struct WorkloadValidationTests {
  private static func workload(_ members: JSONValue = [:], pod: JSONValue = [:]) -> JSONValue {
    var podSpec: JSONValue = ["containers": [["name": "c", "image": "i:1"]]]
    for (name, value) in pod.object ?? [:] { podSpec[name] = value }
    var spec: JSONValue = [
      "selector": ["matchLabels": ["a": "b"]], "template": ["metadata": ["labels": ["a": "b"]], "spec": podSpec],
    ]
    for (name, value) in members.object ?? [:] { spec[name] = value }
    return ["spec": spec]
  }

  @Test(
    "A rollout that contradicts itself is refused",
    arguments: [
      ("Deployment", [:], []),
      ("Deployment", ["strategy": ["type": "Recreate"]], []),
      (
        "Deployment", ["strategy": ["type": "Recreate", "rollingUpdate": ["maxUnavailable": 1]]],
        ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"]
      ),
      (
        "Deployment", ["strategy": ["type": "X"]],
        [
          #"spec.strategy: Unsupported value: {"Type":"X","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate""#
        ]
      ),
      (
        "Deployment", ["strategy": ["rollingUpdate": ["maxUnavailable": 0, "maxSurge": "0%"]]],
        ["spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"]
      ),
      (
        "Deployment", ["strategy": ["rollingUpdate": ["maxUnavailable": "101%", "maxSurge": "200%"]]],
        [#"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%"#]
      ),
      (
        "Deployment", ["strategy": ["rollingUpdate": ["maxUnavailable": "101%", "maxSurge": -1]]],
        [
          "spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal to 0",
          #"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%"#,
        ]
      ),
      (
        "Deployment", ["progressDeadlineSeconds": 5, "minReadySeconds": 5],
        ["spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds"]
      ),
      (
        "Deployment", ["replicas": -1, "revisionHistoryLimit": -1],
        [
          "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
          "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
        ]
      ),
      ("DaemonSet", ["updateStrategy": ["type": "OnDelete"]], []),
      (
        "DaemonSet", ["updateStrategy": ["rollingUpdate": ["maxUnavailable": 1, "maxSurge": 1]]],
        ["spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero"]
      ),
      (
        "DaemonSet", ["updateStrategy": ["rollingUpdate": ["maxUnavailable": 0]]],
        ["spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"]
      ),
      (
        "DaemonSet", ["updateStrategy": ["rollingUpdate": ["maxUnavailable": "10"]]],
        [
          #"spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "10": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"#,
          "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0",
        ]
      ),
      (
        "DaemonSet", ["updateStrategy": ["type": "X"]],
        [
          #"spec.updateStrategy: Unsupported value: {"Type":"X","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete""#
        ]
      ),
      (
        "StatefulSet", ["updateStrategy": ["type": "OnDelete", "rollingUpdate": ["partition": 1]]],
        [
          #"spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for updateStrategy 'RollingUpdate'"#
        ]
      ),
      (
        "StatefulSet", ["updateStrategy": ["rollingUpdate": ["partition": -1, "maxUnavailable": 0]]],
        [
          "spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0",
          "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0",
        ]
      ),
      (
        "StatefulSet", ["updateStrategy": ["type": "X"]],
        [
          #"spec.updateStrategy: Invalid value: {"Type":"X","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'"#
        ]
      ),
      (
        "StatefulSet", ["podManagementPolicy": "X", "persistentVolumeClaimRetentionPolicy": ["whenScaled": "X"]],
        [
          #"spec.podManagementPolicy: Invalid value: "X": must be 'OrderedReady' or 'Parallel'"#,
          #"spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "X": supported values: "Retain", "Delete""#,
        ]
      ),
    ] as [(String, JSONValue, [String])])
  func rollouts(_ kind: String, _ members: JSONValue, _ expected: [String]) throws {
    #expect(try BuiltInFailures.of("apps", kind, Self.workload(members)) == expected)
  }

  @Test(
    "A selector must be well formed, match the template and never change",
    arguments: [
      (
        "Deployment", ["matchLabels": ["z": "z"]],
        [
          #"spec.selector: Invalid value: {"matchLabels":{"z":"z"}}: field is immutable"#,
          #"spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`"#,
        ]
      ),
      (
        "DaemonSet",
        [
          "matchExpressions": [
            ["key": "a", "operator": "In"], ["key": "a", "operator": "Exists", "values": ["b"]],
          ]
        ],
        [
          #"spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"In"},{"key":"a","operator":"Exists","values":["b"]}]}: field is immutable"#,
          "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
          "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          #"spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`"#,
        ]
      ),
    ] as [(String, JSONValue, [String])])
  func selectors(_ kind: String, _ selector: JSONValue, _ expected: [String]) throws {
    let found = try BuiltInFailures.of("apps", kind, Self.workload(["selector": selector]), old: Self.workload())
    #expect(found == expected)
  }

  private static let claim: JSONValue = [
    "metadata": ["name": "queue"],
    "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
  ]

  @Test("The containers of a StatefulSet may mount its claims, and nothing that is not there")
  func claimsAreVolumes() throws {
    let mounts: JSONValue = [["name": "queue", "mountPath": "/q"], ["name": "absent", "mountPath": "/a"]]
    let set = Self.workload(
      ["volumeClaimTemplates": [Self.claim]],
      pod: ["containers": [["name": "c", "image": "i:1", "volumeMounts": mounts]]])
    let expected = [#"spec.template.spec.containers[0].volumeMounts[1].name: Not found: "absent""#]
    #expect(try BuiltInFailures.of("apps", "StatefulSet", set) == expected)
  }

  @Test("A StatefulSet is named like its pods' hosts, and so is its Service")
  func names() throws {
    var set = Self.workload(["serviceName": "Q"])
    let problem = try #require(NameRules.label("Q"))
    #expect(
      try BuiltInFailures.of("apps", "StatefulSet", set) == ["spec.serviceName: Invalid value: \"Q\": \(problem)"])
    #expect(try BuiltInFailures.of("apps", "StatefulSet", set, old: set) == [], "an old one may keep its name")
    set = Self.workload()
    set["metadata"] = ["name": "a.b"]
    #expect(try BuiltInFailures.of("apps", "StatefulSet", set).map { $0.prefix(14) } == ["metadata.name:"])
    #expect(try BuiltInFailures.of("apps", "DaemonSet", set) == [])
  }

  @Test(
    "Of a StatefulSet only what does not name or store its pods may change",
    arguments: [
      ("replicas", 3, true), ("minReadySeconds", 1, true), ("revisionHistoryLimit", 1, true),
      ("ordinals", ["start": 1], true), ("updateStrategy", ["type": "OnDelete"], true),
      ("persistentVolumeClaimRetentionPolicy", ["whenScaled": "Delete"], true),
      ("serviceName", "z", false), ("podManagementPolicy", "Parallel", false), ("volumeClaimTemplates", [], false),
    ] as [(String, JSONValue, Bool)])
  func changesOfStatefulSets(_ field: String, _ value: JSONValue, _ isAllowed: Bool) throws {
    var members: JSONValue = ["serviceName": "q", "volumeClaimTemplates": [Self.claim]]
    let old = Self.workload(members)
    members[field] = value
    let found = try BuiltInFailures.of("apps", "StatefulSet", Self.workload(members), old: old)
    let refusal =
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
      + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are "
      + "forbidden"
    #expect(found == (isAllowed ? [] : [refusal]))
  }

  @Test("A template that was wrong before does not keep a StatefulSet from being changed")
  func oldTemplates() throws {
    let old = Self.workload(pod: ["containers": []])
    #expect(try BuiltInFailures.of("apps", "StatefulSet", old) == ["spec.template.spec.containers: Required value"])
    #expect(
      try BuiltInFailures.of("apps", "StatefulSet", Self.workload(["replicas": 2], pod: ["containers": []]), old: old)
        == [])
  }

  @Test("Pods of a workload run until they are stopped", arguments: ["DaemonSet", "Deployment", "StatefulSet"])
  func deadlines(_ kind: String) throws {
    let owner = kind == "Deployment" ? "ReplicaSet" : kind
    #expect(
      try BuiltInFailures.of("apps", kind, Self.workload(pod: ["activeDeadlineSeconds": 5])) == [
        "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in \(owner) is not Supported"
      ])
  }

  @Test(
    "A claim names its access and its size",
    arguments: [
      (
        ["spec": [:]], nil,
        [
          "spec.accessModes: Required value: at least 1 access mode is required",
          "spec.resources[storage]: Required value",
        ]
      ),
      (
        [
          "spec": [
            "accessModes": ["ReadWriteOncePod", "ReadWriteOnce", "X"], "volumeMode": "X", "storageClassName": "X",
            "resources": ["requests": ["storage": "0"]],
          ]
        ], nil,
        [
          #"spec.accessModes: Unsupported value: "X": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod""#,
          "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
          #"spec.resources[storage]: Invalid value: "0": must be greater than zero"#,
          #"spec.storageClassName: Invalid value: "X": \#(NameRules.subdomain("X") ?? "")"#,
          #"spec.volumeMode: Unsupported value: "X": supported values: "Block", "Filesystem""#,
        ]
      ),
      (sized("2Gi"), bound("1Gi", capacity: "1Gi"), []),
      (
        sized("2Gi"), sized("1Gi"),
        [
          "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
        ]
      ),
      (
        sized("1Gi"), bound("2Gi", capacity: "2Gi"),
        ["spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"]
      ),
      (sized("2Gi"), bound("3Gi", capacity: "1Gi"), []),
    ] as [(JSONValue, JSONValue?, [String])])
  func claims(_ new: JSONValue, _ old: JSONValue?, _ expected: [String]) throws {
    #expect(try BuiltInFailures.of("", "PersistentVolumeClaim", new, old: old) == expected)
  }

  private static func sized(_ size: JSONValue) -> JSONValue {
    ["spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": size]]]]
  }

  private static func bound(_ size: JSONValue, capacity: JSONValue) -> JSONValue {
    var claim = sized(size)
    claim["status"] = ["phase": "Bound", "capacity": ["storage": capacity]]
    return claim
  }
}
