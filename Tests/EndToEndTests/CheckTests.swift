// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Glibc
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import ProcessSupport
import Testing

/// The command `check`, as a person with every right starts it.
@Suite struct CheckTests {
  private static let slices = ResourceType(group: "discovery.k8s.io", kind: "EndpointSlice", plural: "endpointslices")
  private static let quiet: JSONObject = ["dashboards": ["enabled": false], "alerts": ["enabled": false]]

  @Test("All is right around a healthy object: exit code 0, reads and reviews only, no Secret, bounded requests")
  func findsNothingWrong() async throws {
    let path = try Executable.path()
    try await ServedCluster.serve(TestCluster()) { served in
      try await Self.prepare(served)
      try await OperatorProcess.run(path, served.arguments) { _ in
        try await served.cluster.apply(TestCluster.object(spec: Self.quiet))
        try await served.cluster.wait(condition: "Ready")
        let result = try await Self.check(served, ["platform"])
        #expect(result.ending == .exit(0), "\(result.output)\(result.errors)")
        #expect(result.errors == [])
        let last = result.output.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix("ALL RIGHT"), "\(result.output)")
        for part in [
          "Service tenant-root/vminsert-shortterm has 1 ready address", "Ready=True", "3 of 3 agents are ready",
          "2 of 2 pods are ready", " leads; it renewed Lease cozy-observability/observability-operator",
        ] {
          #expect(result.output.contains(part), "\(part) is not in \(result.output)")
        }
        await Self.expectOnlyReads(served)
      }
    }
  }

  @Test("The JSON of a healthy object parses, and its outcome is that of the exit code")
  func printsJSON() async throws {
    try await ServedCluster.serve(TestCluster()) { served in
      try await served.cluster.apply(TestCluster.object(spec: Self.quiet))
      let result = try await Self.check(served, ["-o", "json"])
      let json = try JSONParser.parse(result.output)
      #expect(json["exitCode"]?.integer.map { .exit(Int32($0)) } == result.ending)
      #expect(json["outcome"] == "fault")
      #expect(json["headline"]?.string?.hasPrefix("NO OPERATOR RUNS") == true)
    }
  }

  @Test("A newer definition with defaults that this release does not know keeps nothing from being read")
  func readsOnWithANewerDefinition() async throws {
    try await ServedCluster.serve(TestCluster()) { served in
      var definition = CustomResourceDefinition.manifest()
      var version = try #require(definition[path: "spec", "versions"]?.array?.first)
      version["schema"]?["openAPIV3Schema"]?["properties"]?["spec"]?["properties"]?["novelty"] = [
        "type": "object", "default": [:], "properties": ["level": ["type": "integer", "default": 3]],
      ]
      definition["spec"]?["versions"] = [version]
      try await served.cluster.server.apply(definition)
      try await served.cluster.apply(TestCluster.object(spec: Self.quiet))
      let object = try await served.cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      #expect(object[path: "spec", "novelty", "level"] == 3)
      let result = try await Self.check(served, ["platform"])
      for part in ["Namespace cozy-coroot exists", "platform: Nodes", "platform: Rights"] {
        #expect(result.output.contains(part), "\(part) is not in \(result.output)")
      }
    }
  }

  @Test("Without an operator that is said first, and with the missing binding the command that makes it")
  func saysThatNoOperatorRuns() async throws {
    try await ServedCluster.serve(TestCluster()) { served in
      try await served.cluster.apply(TestCluster.object(spec: Self.quiet))
      try await served.cluster.admin.delete(
        ResourceType(group: "rbac.authorization.k8s.io", kind: "RoleBinding", plural: "rolebindings"),
        ObjectKey(namespace: "cozy-coroot", name: "observability-operator-children"), DeleteOptions())
      let result = try await Self.check(served, ["platform"])
      #expect(result.ending == .exit(1))
      #expect(result.output.hasPrefix("!!! NO OPERATOR RUNS"), "\(result.output)")
      #expect(result.output.contains("the operator is not installed"))
      #expect(result.output.contains("> kubectl -n cozy-coroot create rolebinding observability-operator-children "))
      await Self.expectOnlyReads(served)
    }
  }

  @Test("A namespace that refuses agents is named with the command that opens it")
  func namesTheMissingLabel() async throws {
    let path = try Executable.path()
    try await ServedCluster.serve(TestCluster(podSecurityDefault: "baseline")) { served in
      try await Self.prepare(served)
      try await OperatorProcess.run(path, served.arguments) { _ in
        try await served.cluster.apply(TestCluster.object(spec: Self.quiet))
        try await served.cluster.wait(
          for: .daemonSets, ObjectKey(namespace: "cozy-coroot", name: "platform-node-agent")
        ) {
          $0?[path: "status", "desiredNumberScheduled"] == 3
        }
        let result = try await Self.check(served, ["platform"])
        #expect(result.ending == .exit(1), "\(result.output)")
        #expect(result.output.contains("not one of 3 agents came to be"), "\(result.output)")
        #expect(
          result.output.contains(
            "> kubectl label namespace cozy-coroot pod-security.kubernetes.io/enforce=privileged --overwrite"))
      }
    }
  }

  @Test("A backend without a ready address and nodes that cannot carry an agent are named")
  func namesABackendWithoutAddressesAndNodes() async throws {
    let path = try Executable.path()
    try await ServedCluster.serve(TestCluster()) { served in
      await served.cluster.server.addNode("old", kernel: "4.18.0")
      try await OperatorProcess.run(path, served.arguments) { _ in
        try await served.cluster.apply(TestCluster.object(spec: Self.quiet))
        try await served.cluster.wait(condition: "MetricsBackendReady")
        let result = try await Self.check(served, ["platform"])
        #expect(result.ending == .exit(1), "\(result.output)")
        #expect(result.output.contains("Service tenant-root/vminsert-shortterm has no ready address"))
        #expect(
          result.output.contains("> kubectl -n tenant-root get pods -l app.kubernetes.io/name=vminsert-shortterm"))
        #expect(result.output.contains("Node old: KernelTooOld: Kernel 4.18.0 is older than 5.11"))
      }
    }
  }

  @Test("With the operator's own account what it may not read is named, with the right that is missing")
  func namesTheRightsThatTheCallerLacks() async throws {
    try await ServedCluster.serve(TestCluster()) { served in
      try await served.cluster.apply(TestCluster.object(spec: Self.quiet))
      let result = try await Executable.run(["check", "--kubeconfig", served.kubeconfig])
      #expect(result.output.contains("you lack the right to create subjectaccessreviews.authorization.k8s.io"))
      #expect(result.output.contains("you lack the right to list deployments.apps in namespace cozy-observability"))
      await Self.expectOnlyReads(served)
    }
  }

  @Test("An unknown name lists the names that exist, on standard error")
  func listsTheNamesThatExist() async throws {
    try await ServedCluster.serve(TestCluster()) { served in
      try await served.cluster.apply(TestCluster.object("one", spec: Self.quiet))
      try await served.cluster.apply(TestCluster.object("two", spec: Self.quiet))
      let result = try await Self.check(served, ["platfrom"])
      #expect(result.ending == .exit(2))
      #expect(result.output == "")
      #expect(result.errors == ["there is no Observability platfrom; there are: one, two"])
    }
  }

  @Test("A server that cannot be reached is not known to be wrong: exit code 2, and the cause")
  func isUnknownOfAServerThatCannotBeReached() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("kubeconfig", Kubeconfig(server: "http://127.0.0.1:1", token: "hunter2").text)
    let result = try await Executable.run(["check", "--kubeconfig", file])
    #expect(result.ending == .exit(2))
    #expect(result.output.contains("unknown  API server http://127.0.0.1:1 gives no answer"), "\(result.output)")
    #expect(result.output.contains("\nNOT KNOWN: "))
    #expect(!(result.output + result.errors.joined()).contains("hunter2"))
  }

  @Test(
    "A kubeconfig or a command line that cannot be used ends with 2 and nothing on standard output",
    arguments: [
      (["check", "--kubeconfig", "/nowhere/config"], "/nowhere/config: no such file"),
      (["check", "-o", "yaml"], "yaml"), (["check", "a", "b"], "b"),
    ])
  func refusesBadUse(_ arguments: [String], _ part: String) async throws {
    let result = try await Executable.run(arguments)
    #expect(result.ending == .exit(2))
    #expect(result.output == "")
    #expect(result.errors.joined(separator: "\n").contains(part), "\(result.errors)")
  }

  // MARK: -

  /// What a cluster has that the stand-in does not make by itself: addresses of Services, the operator's Deployment.
  private static func prepare(_ served: ServedCluster) async throws {
    for (name, port) in [("vminsert-shortterm", 8480), ("vmselect-shortterm", 8481)] {
      try await served.cluster.server.apply([
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": [
          "name": .string(name), "namespace": "tenant-root", "labels": ["kubernetes.io/service-name": .string(name)],
        ],
        "addressType": "IPv4", "endpoints": [["addresses": ["192.0.2.1"], "conditions": ["ready": true]]],
        "ports": [["name": "http", "port": .integer(Int64(port)), "protocol": "TCP"]],
      ])
    }
    let labels: JSONValue = ["app.kubernetes.io/name": "observability-operator"]
    try await served.cluster.server.apply([
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": "observability-operator", "namespace": "cozy-observability", "labels": labels],
      "spec": [
        "replicas": 2, "selector": ["matchLabels": labels],
        "template": [
          "metadata": ["labels": labels],
          "spec": [
            "serviceAccountName": "observability-operator",
            "containers": [["name": "operator", "image": "example.org/operator:1"]],
          ],
        ],
      ],
    ])
  }

  /// Runs the command as a cluster's administrator.
  private static func check(
    _ served: ServedCluster, _ arguments: [String]
  ) async throws -> (ending: ChildProcess.Ending, output: String, errors: [String]) {
    let folder = try TemporaryFolder()
    let ours = try #require(fopen(served.kubeconfig, "r"))
    defer { fclose(ours) }
    var bytes = [UInt8](repeating: 0, count: 1 << 12)
    let count = fread(&bytes, 1, bytes.count, ours)
    let text = String(decoding: bytes[..<count], as: UTF8.self)
      .replacing("token: \(TestCluster.operatorToken)", with: "token: admin")
    let file = try folder.write("kubeconfig", text)
    return try await Executable.run(["check", "--kubeconfig", file] + arguments)
  }

  /// Nothing but reads and the one review was sent, no Secret was read, and the number of requests is bounded.
  private static func expectOnlyReads(_ served: ServedCluster) async {
    let sent = await served.cluster.server.requestLog.filter { $0.userAgent.hasPrefix("observability-operator-check/") }
    let reviews = sent.filter { $0.resource == "subjectaccessreviews" }
    let others = sent.filter { $0.resource != "subjectaccessreviews" }
    #expect(!sent.isEmpty)
    #expect(others.filter { !["get", "list"].contains($0.verb) } == [])
    #expect(reviews.allSatisfy { $0.verb == "create" })
    #expect(sent.filter { $0.resource == "secrets" } == [])
    #expect(others.count <= 8 + 16, "\(others)")
    #expect(reviews.count <= 130, "\(reviews.count)")
  }
}
