// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

/// The messages are those of `pkg/apis/networking/validation/validation.go` and `pkg/apis/policy/validation/validation.go`.
@Suite("Validation of networking and disruption budgets")
struct NetworkValidationTests {
  private static let group = "networking.k8s.io"

  private static func ingress(host: JSONValue = "a.b", path: JSONValue) -> JSONValue {
    ["spec": ["rules": [["host": host, "http": ["paths": [path]]]]]]
  }

  private static let backend: JSONValue = ["service": ["name": "s", "port": ["name": "http"]]]
  private static let good: JSONValue = ["path": "/", "pathType": "Prefix", "backend": backend]

  @Test(
    "The host of an Ingress is a name, or a wildcard before one",
    arguments: [
      ("", nil), ("a.b", nil), ("*.a.b", nil),
      ("UPPER_case", NameRules.subdomain("_")), ("10.0.0.1", "must be a DNS name, not an IP address"),
      ("a.*.b", NameRules.wildcardSubdomain("_")), ("*", NameRules.wildcardSubdomain("_")),
    ])
  func hosts(_ host: String, _ detail: String?) throws {
    let found = try BuiltInFailures.of(
      Self.group, "Ingress", Self.ingress(host: .string(host), path: Self.good))
    #expect(found == (detail.map { ["spec.rules[0].host: Invalid value: \"\(host)\": \($0)"] } ?? []))
    guard !host.isEmpty, host != "10.0.0.1" else { return }
    let tls: JSONValue = [
      "spec": ["defaultBackend": Self.backend, "tls": [["hosts": [.string(host)], "secretName": "t"]]]
    ]
    let ofTLS = try BuiltInFailures.of(Self.group, "Ingress", tls)
    #expect(ofTLS == (detail.map { ["spec.tls[0].hosts[0]: Invalid value: \"\(host)\": \($0)"] } ?? []))
  }

  @Test(
    "The paths of an Ingress are absolute and have one backend",
    arguments: [
      (["pathType": "ImplementationSpecific", "backend": backend], []),
      (["path": "/", "backend": backend], [".pathType: Required value: pathType must be specified"]),
      (
        ["path": "/", "pathType": "X", "backend": backend],
        [#".pathType: Unsupported value: "X": supported values: "Exact", "ImplementationSpecific", "Prefix""#]
      ),
      (
        ["path": "x", "pathType": "ImplementationSpecific", "backend": backend],
        [#".path: Invalid value: "x": must be an absolute path"#]
      ),
      (
        ["path": "/a//b/..", "pathType": "Exact", "backend": backend],
        [
          #".path: Invalid value: "/a//b/..": must not contain '//'"#,
          #".path: Invalid value: "/a//b/..": cannot end with '/..'"#,
        ]
      ),
      (
        ["path": "/", "pathType": "Prefix", "backend": [:]],
        [#".backend: Invalid value: "": resource or service backend is required"#]
      ),
      (
        ["path": "/", "pathType": "Prefix", "backend": ["service": ["name": "", "port": [:]]]],
        [".backend.service.name: Required value", ".backend: Required value: port name or number is required"]
      ),
      (
        [
          "path": "/", "pathType": "Prefix",
          "backend": ["service": ["name": "s", "port": ["name": "p", "number": 1]]],
        ],
        [#".backend: Invalid value: "": cannot set both port name & port number"#]
      ),
      (
        ["path": "/", "pathType": "Prefix", "backend": ["service": ["name": "s", "port": ["number": 99999]]]],
        [".backend.service.port.number: Invalid value: 99999: must be between 1 and 65535, inclusive"]
      ),
      (
        ["path": "/", "pathType": "Prefix", "backend": ["service": ["name": "s", "port": ["name": "-1--2"]]]],
        [
          #".backend.service.port.name: Invalid value: "-1--2": must contain at least one letter (a-z)"#,
          #".backend.service.port.name: Invalid value: "-1--2": must not contain consecutive hyphens"#,
          #".backend.service.port.name: Invalid value: "-1--2": must not begin or end with a hyphen"#,
        ]
      ),
      (
        [
          "path": "/", "pathType": "Prefix",
          "backend": ["resource": ["kind": "K", "name": "n"], "service": ["name": "s"]],
        ],
        [#".backend: Invalid value: "": cannot set both resource and service backends"#]
      ),
    ] as [(JSONValue, [String])])
  func paths(_ path: JSONValue, _ expected: [String]) throws {
    let found = try BuiltInFailures.of(Self.group, "Ingress", Self.ingress(path: path))
    #expect(found == expected.map { "spec.rules[0].http.paths[0]\($0)" })
  }

  @Test("An Ingress leads somewhere, and names its class once")
  func classes() throws {
    #expect(
      try BuiltInFailures.of(Self.group, "Ingress", ["spec": [:]]) == [
        "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"
      ])
    let both: JSONValue = [
      "metadata": ["name": "i", "annotations": ["kubernetes.io/ingress.class": "a"]],
      "spec": ["ingressClassName": "b", "defaultBackend": Self.backend],
    ]
    #expect(
      try BuiltInFailures.of(Self.group, "Ingress", both) == [
        #"annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified"#
      ])
    #expect(try BuiltInFailures.of(Self.group, "Ingress", both, old: both) == [])
  }

  @Test(
    "The rules of a NetworkPolicy name ports and peers",
    arguments: [
      (
        ["ports": [["port": 0], ["port": 5, "endPort": 4], ["port": "web", "endPort": 4], ["endPort": 4]]],
        [
          ".ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
          ".ports[1].endPort: Invalid value: 4: must be greater than or equal to `port`",
          ".ports[2].endPort: Invalid value: 4: may not be specified when `port` is non-numeric",
          ".ports[3].endPort: Invalid value: 4: may not be specified when `port` is not specified",
        ]
      ),
      (
        ["ports": [["port": 1, "protocol": "X"]]],
        [#".ports[0].protocol: Unsupported value: "X": supported values: "TCP", "UDP", "SCTP""#]
      ),
      (
        [
          "to": [
            [:], ["ipBlock": ["cidr": ""]], ["ipBlock": ["cidr": "10.0.0.0/8"], "podSelector": [:]],
            ["podSelector": ["matchExpressions": [["key": "a", "operator": "Near"]]]],
          ]
        ],
        [
          ".to[0]: Required value: must specify a peer", ".to[1].ipBlock.cidr: Required value",
          ".to[2]: Forbidden: may not specify both ipBlock and another peer",
          #".to[3].podSelector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator"#,
        ]
      ),
    ] as [(JSONValue, [String])])
  func policies(_ rule: JSONValue, _ expected: [String]) throws {
    let found = try BuiltInFailures.of(
      Self.group, "NetworkPolicy", ["spec": ["podSelector": [:], "egress": [rule]]])
    #expect(found == expected.map { "spec.egress[0]\($0)" })
  }

  @Test("A NetworkPolicy has two types")
  func policyTypes() throws {
    func found(_ types: JSONValue) throws -> [String] {
      try BuiltInFailures.of(Self.group, "NetworkPolicy", ["spec": ["podSelector": [:], "policyTypes": types]])
    }
    #expect(
      try found(["X"]) == [#"spec.policyTypes[0]: Unsupported value: "X": supported values: "Ingress", "Egress""#])
    #expect(
      try found(["Ingress", "Egress", "Ingress"]) == [
        #"spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes"#
      ])
  }

  @Test(
    "A PodDisruptionBudget has one bound",
    arguments: [
      (["maxUnavailable": 1], []), (["minAvailable": "50%"], []),
      (
        ["maxUnavailable": 1, "minAvailable": 0, "selector": ["matchLabels": ["a": "b"]]],
        [
          #"spec: Invalid value: {"MinAvailable":0,"Selector":{"matchLabels":{"a":"b"}},"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set"#
        ]
      ),
      (["maxUnavailable": "101%"], [#"spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%"#]),
      (["minAvailable": -1], ["spec.minAvailable: Invalid value: -1: must be greater than or equal to 0"]),
      (
        ["unhealthyPodEvictionPolicy": "X"],
        [
          #"spec.unhealthyPodEvictionPolicy: Unsupported value: "X": supported values: "AlwaysAllow", "IfHealthyBudget""#
        ]
      ),
    ] as [(JSONValue, [String])])
  func budgets(_ spec: JSONValue, _ expected: [String]) throws {
    #expect(try BuiltInFailures.of("policy", "PodDisruptionBudget", ["spec": spec]) == expected)
  }
}
