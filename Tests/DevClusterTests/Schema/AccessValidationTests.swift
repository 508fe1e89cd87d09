// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

/// The messages are those of `pkg/apis/rbac/validation/validation.go` and `pkg/apis/core/validation/validation.go`.
@Suite("Validation of roles, bindings and Secrets")
struct AccessValidationTests {
  private static let group = "rbac.authorization.k8s.io"

  @Test(
    "A rule is about resources or about paths",
    arguments: [
      ("Role", ["apiGroups": [""], "resources": ["secrets"], "resourceNames": ["a"], "verbs": ["get"]], []),
      ("ClusterRole", ["nonResourceURLs": ["/metrics"], "verbs": ["get"]], []),
      (
        "Role", ["nonResourceURLs": ["/metrics"], "verbs": ["get"]],
        [
          #"rules[0].nonResourceURLs: Invalid value: ["/metrics"]: namespaced rules cannot apply to non-resource URLs"#
        ]
      ),
      (
        "ClusterRole", ["nonResourceURLs": ["/"], "resourceNames": ["a"]],
        [
          "rules[0].verbs: Required value: verbs must contain at least one value",
          #"rules[0].nonResourceURLs: Invalid value: ["/"]: rules cannot apply to both regular resources and non-resource URLs"#,
        ]
      ),
    ] as [(String, JSONValue, [String])])
  func rules(_ kind: String, _ rule: JSONValue, _ expected: [String]) throws {
    #expect(try BuiltInFailures.of(Self.group, kind, ["rules": [rule]]) == expected)
  }

  @Test("An aggregated role says from which roles")
  func aggregation() throws {
    #expect(
      try BuiltInFailures.of(Self.group, "ClusterRole", ["aggregationRule": [:]]) == [
        "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if "
          + "aggregationRule is non-nil"
      ])
  }

  private static func binding(_ role: JSONValue, _ subject: JSONValue? = nil) -> JSONValue {
    ["roleRef": role, "subjects": .array(subject.map { [$0] } ?? [])]
  }

  @Test(
    "A binding names a role of its scope and known subjects",
    arguments: [
      (
        "ClusterRoleBinding", ["kind": "Role", "name": "r"], nil,
        [#"roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole""#]
      ),
      (
        "RoleBinding", ["kind": "Role", "name": "a/b"], nil,
        [#"roleRef.name: Invalid value: "a/b": may not contain '/'"#]
      ),
      (
        "RoleBinding", ["kind": "Role", "name": "r", "apiGroup": "x"], nil,
        [#"roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io""#]
      ),
      (
        "ClusterRoleBinding", ["kind": "ClusterRole", "name": "r"], ["kind": "ServiceAccount", "name": "s"],
        ["subjects[0].namespace: Required value"]
      ),
      ("RoleBinding", ["kind": "ClusterRole", "name": "r"], ["kind": "ServiceAccount", "name": "s"], []),
      (
        "RoleBinding", ["kind": "ClusterRole", "name": "r"], ["kind": "Robot", "name": "s"],
        [#"subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group""#]
      ),
      (
        "RoleBinding", ["kind": "ClusterRole", "name": "r"], ["kind": "ServiceAccount", "name": "s", "apiGroup": "x"],
        [#"subjects[0].apiGroup: Unsupported value: "x": supported values: """#]
      ),
    ] as [(String, JSONValue, JSONValue?, [String])])
  func bindings(_ kind: String, _ role: JSONValue, _ subject: JSONValue?, _ expected: [String]) throws {
    #expect(try BuiltInFailures.of(Self.group, kind, Self.binding(role, subject)) == expected)
  }

  @Test("A binding keeps its role", arguments: ["RoleBinding", "ClusterRoleBinding"])
  func roleReferences(_ kind: String) throws {
    let (old, new) = (
      Self.binding(["kind": "ClusterRole", "name": "a"]), Self.binding(["kind": "ClusterRole", "name": "b"])
    )
    #expect(
      try BuiltInFailures.of(Self.group, kind, new, old: old) == [
        #"roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"b"}: cannot change roleRef"#
      ])
  }

  @Test(
    "A Secret of a known type holds what the type is for",
    arguments: [
      ("Opaque", [:], []), ("example.org/t", [:], []),
      ("kubernetes.io/tls", ["tls.crt": ""], ["data[tls.key]: Required value"]),
      ("kubernetes.io/basic-auth", ["password": ""], []),
      (
        "kubernetes.io/basic-auth", [:], ["data[username]: Required value", "data[password]: Required value"]
      ),
      ("kubernetes.io/ssh-auth", [:], ["data[ssh-privatekey]: Required value"]),
      ("kubernetes.io/dockerconfigjson", [:], ["data[.dockerconfigjson]: Required value"]),
      ("kubernetes.io/dockerconfigjson", [".dockerconfigjson": "e30="], []),
      (
        "kubernetes.io/dockerconfigjson", [".dockerconfigjson": "eA=="],
        [
          #"data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'x' looking for beginning of value"#
        ]
      ),
      (
        "kubernetes.io/service-account-token", [:],
        ["metadata.annotations[kubernetes.io/service-account.name]: Required value"]
      ),
    ] as [(JSONValue, JSONValue, [String])])
  func secrets(_ type: JSONValue, _ data: JSONValue, _ expected: [String]) throws {
    #expect(try BuiltInFailures.of("", "Secret", ["type": type, "data": data]) == expected)
  }

  @Test(
    "An immutable object keeps its data, and stays immutable", arguments: ["ConfigMap", "Secret"])
  func immutability(_ kind: String) throws {
    let old: JSONValue = ["immutable": true, "data": ["a": "eA=="]]
    let detail = "Forbidden: field is immutable when `immutable` is set"
    #expect(try BuiltInFailures.of("", kind, old, old: old) == [])
    #expect(try BuiltInFailures.of("", kind, ["data": ["a": "eA=="]], old: old) == ["immutable: \(detail)"])
    #expect(
      try BuiltInFailures.of("", kind, ["immutable": true, "data": ["a": "eQ=="]], old: old) == ["data: \(detail)"])
    var relabelled = old
    relabelled["metadata"] = ["name": "x", "labels": ["a": "b"]]
    #expect(try BuiltInFailures.of("", kind, relabelled, old: old) == [])
  }

  @Test("A key of a ConfigMap is there once")
  func keys() throws {
    #expect(
      try BuiltInFailures.of("", "ConfigMap", ["data": ["a": "x"], "binaryData": ["a": "eA=="]]) == [
        #"data[a]: Invalid value: "a": duplicate of key present in binaryData"#
      ])
  }
}
