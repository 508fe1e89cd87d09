// SPDX-License-Identifier: Apache-2.0

import DevCluster
import ProcessSupport
import Testing

extension KubectlSuite {
  /// The commands of `docs/uninstall.md`, run as they are written, beside an operator with its shipped rights.
  @Suite("removes the operator as the page says")
  struct UninstallTests {
    /// A cluster in which the operator keeps an object ready and one node labelled.
    private struct Installation {
      let kubectl: Kubectl
      let process: OperatorProcess
      /// What the API server held before.
      let before: Set<String>

      /// Runs the commands of a section; each must succeed.
      func run(_ section: String) async throws {
        let commands = try UninstallTests.commands(of: section)
        #expect(!commands.isEmpty, "\(section) has no commands")
        for command in commands { try await kubectl.shell(command) }
      }

      /// What there is now and was not before.
      func added() async throws -> Set<String> { try await kubectl.inventory().subtracting(before) }

      func labelledNodes() async throws -> String {
        try await kubectl("get nodes -l observability.cozystack.io/node-agent -o name")
      }
    }

    private static let stays: Set<String> = [
      "CustomResourceDefinition /observabilities.observability.cozystack.io", "Namespace /cozy-coroot",
      "Namespace /cozy-observability", "Lease cozy-observability/observability-operator",
    ]

    @Test("In order, only what the table names stays, and after the last section nothing")
    func inOrder() async throws {
      try await Self.withInstallation { installed in
        try await installed.run("In order")
        let added = try await installed.added()
        #expect(added == Self.stays, "\(added.symmetricDifference(Self.stays).sorted())")
        #expect(try await installed.labelledNodes() == "")
        try await installed.run("Everything else")
        let rest = try await installed.added()
        #expect(rest == [], "\(rest.sorted())")
      }
    }

    @Test("If the operator goes first, agents run on, and the objects and the label can still be removed")
    func operatorFirst() async throws {
      try await Self.withInstallation { installed in
        #expect(try await installed.process.terminate() == .exit(0))
        for folder in ["manager", "rbac", "dashboards"] {
          try await installed.kubectl.shell("kubectl delete -k config/\(folder)")
        }
        #expect(try await installed.kubectl("-n cozy-coroot get daemonsets -o name").contains("platform-node-agent"))
        #expect(try await installed.labelledNodes() == "node/old")
        try await installed.run("If the operator went first")
        #expect(try await installed.labelledNodes() == "")
        let added = try await installed.added()
        #expect(added == Self.stays, "\(added.symmetricDifference(Self.stays).sorted())")
      }
    }

    @Test("If the definition goes first, the objects and their agents go with it")
    func definitionFirst() async throws {
      try await Self.withInstallation { installed in
        try await installed.kubectl.shell("kubectl delete -k config/crd --timeout=30s")
        try await eventually("the agents are gone") {
          try await installed.kubectl("-n cozy-coroot get daemonsets,serviceaccounts -o name")
            .contains("platform-node-agent") ? nil : true
        }
      }
    }

    /// The commands of one section of the page, a line each.
    private static func commands(of section: String) throws -> [String] {
      let page = try Repository.text("docs/uninstall.md")
      let start = try #require(page.firstRange(of: "## \(section)\n"), "there is no section \(section)")
      let rest = page[start.upperBound...]
      return rest[..<(rest.firstRange(of: "\n## ")?.lowerBound ?? rest.endIndex)].split(separator: "\n")
        .compactMap { $0.firstMatch(of: /^ *\$ (.+)$/).map { String($0.1) } }
    }

    private static func withInstallation(_ body: @escaping @Sendable (Installation) async throws -> Void) async throws {
      let token = "operator"
      let identity = Identity.serviceAccount(namespace: "cozy-observability", name: "observability-operator")
      try await Kubectl.with({
        $0.tokens[token] = identity
        // The server evaluates no CEL: this stands in for the admission policy on nodes, which the operator looks for.
        $0.admission = { NodeLabelGuard.standard.refusal($0) }
      }) { kubectl in
        await kubectl.server.addNode("new")
        await kubectl.server.addNode("old", kernel: "4.18.0")
        await kubectl.server.addNamespace("tenant-root")
        try await kubectl.server.addService("vminsert-shortterm", namespace: "tenant-root", ports: [8480])
        try await kubectl.server.addService("vmselect-shortterm", namespace: "tenant-root", ports: [8481])
        for manifest in NeighbourDefinitions.grafana + NeighbourDefinitions.rules + [NeighbourDefinitions.instance] {
          try await kubectl.server.apply(manifest)
        }
        let standIn = MetricsStandIn()
        let metrics = try await HTTPServer(bodyLimit: 32 << 20) { standIn.handle($0) }
        let serving = Task { try await metrics.run() }
        defer { serving.cancel() }
        let before = try await kubectl.inventory()

        try await kubectl.shell("kubectl apply -k config/default")
        try await kubectl.shell("kubectl apply -k config/dashboards")
        let backends = ["vminsert-shortterm.tenant-root.svc:8480", "vmselect-shortterm.tenant-root.svc:8481"]
          .map { "\($0)=\(metrics.host):\(metrics.port)\n" }.joined()
        let arguments = [
          "run", "--listen", "127.0.0.1:0", "--kubeconfig",
          try kubectl.folder.write("operator", Kubeconfig(server: kubectl.url, token: token).text),
          "--backend-address-map", try kubectl.folder.write("backends", backends),
        ]
        try await OperatorProcess.run(try BuiltExecutable.path("observability-operator"), arguments) { process in
          try await process.waitForReadiness()
          try await kubectl.shell("kubectl apply -f config/samples/agents-only.yaml")
          let installed = Installation(kubectl: kubectl, process: process, before: before)
          try await eventually(
            "the node that cannot carry an agent is labelled", within: .seconds(30),
            state: { process.process.errors.text }
          ) {
            try await installed.labelledNodes() == "node/old" ? true : nil
          }
          try await kubectl("wait --for=condition=Ready observability/platform --timeout=30s")
          try await body(installed)
        }
      }
    }
  }
}

extension Kubectl {
  /// Runs a line as a user types it at the top of the repository; it must succeed.
  fileprivate func shell(_ line: String) async throws {
    let path = "\(binary.split(separator: "/").dropLast().map { "/" + $0 }.joined()):/usr/bin:/bin"
    let process = try ChildProcess(
      "/bin/bash", ["-c", "cd '\(Repository.path(""))' && \(line)"],
      environment: ["KUBECONFIG": kubeconfig, "HOME": folder.path, "PATH": path])
    let ending = try await process.waitForEnd(within: .seconds(60))
    #expect(ending == .exit(0), "\(line)\n\(process.output.text)\n\(process.errors.text)")
  }

  /// The kind, namespace and name of every object that can be listed. Left out are Events and pods, and the
  /// ServiceAccount that every namespace has.
  fileprivate func inventory() async throws -> Set<String> {
    let types = try await self("api-resources --verbs=list -o name").split(separator: "\n")
      .filter { !$0.hasPrefix("events") && !$0.hasPrefix("pods") }.joined(separator: ",")
    let template = #"{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\n"}{end}"#
    let names = try await self("get -A \(types) -o", ["jsonpath=\(template)"])
    return Set(
      names.split(separator: "\n").map(String.init).filter { $0.wholeMatch(of: /ServiceAccount .*\/default/) == nil })
  }
}
