// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing

@Suite struct DecoderTests {
  private func faults(_ value: JSONValue) -> [String] {
    do throws(InvalidObservability) {
      _ = try ObservabilityDecoder.decode(value)
      return []
    } catch {
      return error.failures.map(\.description)
    }
  }

  static let specs: [(JSONValue, [String])] = [
    (["nodeAgnet": [:]], [#"spec.nodeAgnet: unknown field; did you mean "nodeAgent"?"#]),
    (["colour": "red"], ["spec.colour: unknown field"]),
    ([:], []),
    ("text", ["spec: expected an object, found a string"]),
    (["metrics": ["interval": 15]], [#"spec.metrics.interval: expected a duration such as "15s", found a number"#]),
    (
      ["metrics": ["interval": "15 s"]],
      [#"spec.metrics.interval: expected a duration such as "15s", found "15 s""#]
    ),
    (
      ["mode": "AgentOnly"],
      [#"spec.mode: expected one of "AgentsOnly", "Full", found "AgentOnly"; did you mean "AgentsOnly"?"#]
    ),
    (["namespace": "Cozy"], [#"spec.namespace: expected a DNS label such as "tenant-root", found "Cozy""#]),
    (
      ["nodeAgent": ["trackPublicNetworks": ["10.0.0.0/8", "10.0.0.0"]]],
      [#"spec.nodeAgent.trackPublicNetworks[1]: expected a network such as "203.0.113.0/24", found "10.0.0.0""#]
    ),
    (
      ["nodeAgent": ["trackPublicNetworks": ["10.0.0.0/8", "10.0.0.0/8"]]],
      [#"spec.nodeAgent.trackPublicNetworks[1]: "10.0.0.0/8" appears twice; keep one of them"#]
    ),
    (
      ["nodeAgent": ["env": [["name": "A"], ["name": "A"], ["value": "x"]]]],
      [
        #"spec.nodeAgent.env[1]: "A" appears twice; keep one of them"#,
        #"spec.nodeAgent.env[2].name: is required: give the name of an environment variable such as "#
          + #""MAX_LABEL_LENGTH""#,
      ]
    ),
    (
      ["nodeAgent": ["nodeSelector": ["pool": "a b"]]],
      [
        "spec.nodeAgent.nodeSelector[pool]: expected a label value: up to 63 letters, digits, '-', '_' and '.', found "
          + #""a b""#
      ]
    ),
    (
      ["nodeAgent": ["resources": ["limits": ["memory": "1Gi", "g p u": 1]]]],
      [
        #"spec.nodeAgent.resources.limits[g p u]: the key is not a resource such as "memory" or "nvidia.com/gpu""#
      ]
    ),
    (
      ["nodeAgent": ["tolerations": [["key": "a b", "operator": "Exists"]]]],
      [
        #"spec.nodeAgent.tolerations[0].key: expected a label's name such as "pool" or "example.org/pool", or nothing, "#
          + #"found "a b""#
      ]
    ),
    (
      ["metrics": ["victoriaMetrics": ["writeURL": [:]]]],
      [
        #"spec.metrics.victoriaMetrics.writeURL: expected a URL such as "https://vm.example.org/api/v1/write", without user "#
          + "and password in it, found an object"
      ]
    ),
    (["gateway": ["replicas": 0]], ["spec.gateway.replicas: must be at least 1, found 0"]),
    (["gateway": ["replicas": 99]], ["spec.gateway.replicas: must be at most 16, found 99"]),
    (["gateway": ["replicas": 2.0]], []),
    (["gateway": ["replicas": 1e300]], ["spec.gateway.replicas: expected a whole number, found a number"]),
    (["nodeAgent": ["resources": ["limits": ["memory": 1073741824.0]]]], []),
    (["gateway": ["replicas": 1.5]], ["spec.gateway.replicas: expected a whole number, found a number"]),
    (
      ["dashboards": ["enabled": "yes"]], ["spec.dashboards.enabled: expected true or false, found a string"]
    ),
    (
      ["nodeAgent": ["updateStrategy": ["maxUnavailable": "half"]]],
      [
        "spec.nodeAgent.updateStrategy.maxUnavailable: expected a whole number, or a percentage such as \"10%\", found "
          + #""half""#
      ]
    ),
    (
      ["nodeAgent": ["resources": ["limits": ["memory": []]]]],
      [
        #"spec.nodeAgent.resources.limits[memory]: expected a quantity such as "100m" or "1Gi", found a list"#
      ]
    ),
    (
      ["images": ["pullSecrets": .array((0..<17).map { .string("s\($0)") })]],
      ["spec.images.pullSecrets: has 17 entries, more than the 16 accepted"]
    ),
    (
      ["metrics": ["labels": .object(JSONObject((0..<17).map { ("l\($0)", "x") }))]],
      ["spec.metrics.labels: has 17 entries, more than the 16 accepted"]
    ),
    (["metrics": ["labels": ["a": .array([])]]], ["spec.metrics.labels[a]: expected text, found a list"]),
    (["nodeAgent": ["tolerations": ["x"]]], ["spec.nodeAgent.tolerations[0]: expected an object, found a string"]),
    (["images": ["pullSecrets": "x"]], ["spec.images.pullSecrets: expected a list, found a string"]),
    (["metrics": ["labels": "x"]], ["spec.metrics.labels: expected a map, found a string"]),
    (["nodeAgent": ["tolerations": [.null]]], ["spec.nodeAgent.tolerations[0]: expected an object, found null"]),
  ]

  @Test(arguments: specs) func faultsOfSpecifications(spec: JSONValue, expected: [String]) {
    #expect(faults(object(spec)) == expected)
  }

  @Test func allFaultsAtOnceInTheOrderOfTheDocument() {
    let spec: JSONValue = [
      "traces": ["destination": "OTLP"], "metrics": ["labels": ["job": "x"], "interval": "1s"], "nodeagent": [:],
      "mode": 1, "namespace": "a.b",
    ]
    #expect(
      faults(object(spec)).map { $0.prefix { $0 != ":" } } == [
        "spec.traces.endpoint", "spec.metrics.labels", "spec.metrics.interval", "spec.nodeagent", "spec.mode",
        "spec.namespace",
      ])
  }

  static let identities: [(JSONValue, [String])] = [
    ([], ["expected an Observability object, found a list"]),
    (true, ["expected an Observability object, found a boolean"]),
    (
      [:],
      [
        #"apiVersion: expected "observability.cozystack.io/v1alpha1", found nothing"#,
        #"kind: expected "Observability", found nothing"#,
        #"metadata.name: is required: give the object a name such as "platform""#,
      ]
    ),
    (
      ["apiVersion": "v1", "kind": 1, "metadata": ["name": "platform"], "specs": [:]],
      [
        #"apiVersion: expected "observability.cozystack.io/v1alpha1", found "v1""#,
        #"kind: expected "Observability", found a number"#,
        #"specs: unknown field; did you mean "spec"?"#,
      ]
    ),
    (
      ["apiVersion": "observability.cozystack.io/v1alpha1", "kind": "Observability", "metadata": []],
      [#"metadata.name: is required: give the object a name such as "platform""#]
    ),
  ]

  static let metadata: [(JSONValue, [String])] = [
    (["name": 123], [#"metadata.name: expected a name in quotes such as "platform", found a number"#]),
    (
      ["name": "platform", "labels": ["x": 1], "annotations": ["y": true]],
      [
        "metadata.labels[x]: expected a label value: up to 63 letters, digits, '-', '_' and '.', found a number",
        "metadata.annotations[y]: expected text, found a boolean",
      ]
    ),
    (
      ["labels": ["a b": "c"], "lables": [:]],
      [
        #"metadata.labels[a b]: the key is not a label's name such as "pool" or "example.org/pool""#,
        #"metadata.lables: unknown field; did you mean "labels"?"#,
        #"metadata.name: is required: give the object a name such as "platform""#,
      ]
    ),
    (["name": "platform", "finalizers": "a"], ["metadata.finalizers: expected a list, found a string"]),
    (
      [
        "name": "platform", "uid": "u", "generation": 1, "resourceVersion": "5", "creationTimestamp": .null,
        "labels": ["example.org/a": ""], "annotations": ["Example.org/a": "any\ntext"], "managedFields": [["a": 1]],
        "ownerReferences": [[:]], "finalizers": ["a/b"], "namespace": "", "selfLink": "",
      ], []
    ),
  ]

  @Test("Metadata that an API server refuses is refused where it stands", arguments: metadata)
  func faultsOfMetadata(metadata: JSONValue, expected: [String]) {
    var value = object([:])
    value["metadata"] = metadata
    #expect(faults(value) == expected)
  }

  @Test(arguments: identities) func faultsOfIdentity(value: JSONValue, expected: [String]) {
    #expect(faults(value) == expected)
  }

  @Test func passwordsInURLsAreRefusedAndNotRepeated() {
    let spec: JSONValue = ["metrics": ["victoriaMetrics": ["writeURL": "https://joe:hunter2@vm/api/v1/write"]]]
    let text = faults(object(spec)).joined()
    #expect(text.contains("without user and password in it"))
    #expect(!text.contains("hunter2"))
  }

  @Test func longTextIsCutAndKeptOnOneLine() {
    let text = faults(object(["mode": .string("a\nb" + String(repeating: "x", count: 200))])).joined()
    #expect(text.contains("\"a b"))
    #expect(text.contains("x…\""))
    #expect(!text.contains("\n"))
  }

  @Test func theDescriptionIsBounded() throws {
    let spec = JSONValue.object(JSONObject((0..<20).map { ("zz\($0)", .null) } + [("a", 1)]))
    #expect(faults(object(spec)) == ["spec.a: unknown field"], "null counts as absent")
    let many = JSONValue.object(JSONObject((0..<20).map { ("q\($0)", 1) }))
    let error = #expect(throws: InvalidObservability.self) { try ObservabilityDecoder.decode(object(many)) }
    #expect(error?.failures.count == 20)
    #expect(error?.description.hasSuffix("; and 4 more") == true)
  }

  @Test func statusIsNotRead() throws {
    var value = object(["mode": "AgentsOnly"], name: "one")
    value["status"] = ["anything": 1]
    value["metadata"] = ["name": "one", "uid": "u-1", "generation": 7, "labels": ["a": "b"]]
    let decoded = try ObservabilityDecoder.decode(value)
    #expect(decoded.name == "one")
    #expect(decoded.uid == "u-1")
    #expect(decoded.generation == 7)
  }

  @Test func updatesOfObjectsThatAreInvalidAnywayAreStillCompared() {
    let error = #expect(throws: InvalidObservability.self) {
      try ObservabilityDecoder.validateUpdate(
        old: object(["namespace": "one"]), new: object(["namespace": "two", "colour": 1]))
    }
    #expect(error?.failures.map(\.field) == ["spec.namespace"])
  }
}
