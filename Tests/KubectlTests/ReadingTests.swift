// SPDX-License-Identifier: Apache-2.0

import JSON
import ProcessSupport
import Testing
import YAML

extension KubectlSuite {
  @Suite("reads")
  struct ReadingTests {
    @Test func objectsInEveryForm() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl.serveWidgets()
        try await kubectl.applyWidget("one")
        try await kubectl.applyWidget("two")
        try await kubectl("label widget two tier=back")

        let table = try await kubectl("get widgets").words
        #expect(table.first == ["NAME", "MODE", "READY", "AGE"])
        #expect(table.dropFirst().map { $0.prefix(2) } == [["one", "Fast"], ["two", "Fast"]])
        #expect(try await kubectl("get wd -o wide").words.first == ["NAME", "MODE", "READY", "SIZE", "AGE"])
        #expect(try await kubectl("get wd --no-headers -l tier=back").words.map(\.first) == ["two"])
        #expect(try await kubectl("get wd --field-selector=metadata.name=one -o name") == "widget.example.org/one")
        #expect(try await kubectl("get wd --show-labels -A").words.first?.first == "NAMESPACE")
        #expect(try await kubectl("get wd --sort-by=.metadata.creationTimestamp -o name").words.count == 2)
        #expect(try await kubectl("get all").contains("widget.example.org/one"))

        let json = try JSONParser.parse(try await kubectl("get widget one -o json"))
        #expect(json[path: "spec", "size"] == 2)
        #expect(json["kind"] == "Widget")
        let yaml = try YAMLDecoder.document(try await kubectl("get widget.v1.example.org one -o yaml"))
        #expect(yaml == json)
        let list = try JSONParser.parse(try await kubectl("get widgets -o json"))
        #expect(list["kind"] == "List")
        #expect(list["items"]?.array?.count == 2)
        #expect(try await kubectl("get widget one", ["-o", "jsonpath={.spec.mode}/{.metadata.name}"]) == "Fast/one")
        #expect(
          try await kubectl("get wd", ["-o", "custom-columns=N:.metadata.name,M:.spec.mode"]).words
            == [["N", "M"], ["one", "Fast"], ["two", "Fast"]])
        #expect(try await kubectl("get wd --chunk-size=1 -o name").words.count == 2)

        let absent = try await kubectl.outcome("get widget absent")
        #expect(absent.errors == "Error from server (NotFound): widgets.example.org \"absent\" not found")
        #expect(absent.ending == .exit(1))
      }
    }

    @Test func whatTheServerHas() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl.serveWidgets()
        #expect(try await kubectl("version").contains("Server Version: v1.36.2"))
        #expect(try await kubectl("cluster-info").contains("Kubernetes control plane"))
        let versions = try await kubectl("api-versions").words.compactMap(\.first)
        #expect(Set(versions).isSuperset(of: ["v1", "apps/v1", "events.k8s.io/v1", "example.org/v1"]))
        let resources = try await kubectl("api-resources -o wide").words
        #expect(resources.contains { $0.starts(with: ["widgets", "wd", "example.org/v1", "true", "Widget"]) })
        #expect(resources.contains { $0.starts(with: ["daemonsets", "ds", "apps/v1", "true", "DaemonSet"]) })
        #expect(try await kubectl("api-resources --api-group=apps -o name").words.contains(["daemonsets.apps"]))
        #expect(try await kubectl("get --raw /readyz") == "ok")
        #expect(try JSONParser.parse(try await kubectl("get --raw /version"))["gitVersion"] == "v1.36.2")
        #expect(try await kubectl("get --raw", ["/livez?verbose"]).hasSuffix("livez check passed"))
      }
    }

    @Test func schemasAreExplained() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl.serveWidgets()
        let whole = try await kubectl("explain widget")
        #expect(whole.contains("GROUP:      example.org\nKIND:       Widget\nVERSION:    v1\n"))
        #expect(whole.contains("A widget, for tests."))
        let spec = try await kubectl("explain wd.spec")
        #expect(spec.contains("mode\t<string> -required-\n  enum: Fast, Slow\n    How it turns."))
        #expect(spec.contains("size\t<integer>\n    How big it is."))
        let nested = try await kubectl("explain widget.spec.parts.name")
        #expect(nested.contains("FIELD: name <string>") && nested.contains("What the part is called."))
        #expect(try await kubectl("explain widget --recursive").contains("parts\t<[]Object>\n      name\t<string>"))
        #expect(try await kubectl("explain ds.spec.template.spec.containers.env").contains("valueFrom\t<"))
        #expect(try await kubectl("explain configmap.data").contains("map[string]string"))
        let absent = try await kubectl.outcome("explain widget.spec.absent")
        #expect(absent.errors.contains("field \"absent\" does not exist"))
      }
    }

    @Test("Workloads with storage, budgets and routes are listed and explained as on a real cluster")
    func workloads() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl("apply -f", [try kubectl.file("gateway.yaml", Manifests.gateway)])
        #expect(try await kubectl("get statefulset queue").words.first == ["NAME", "READY", "AGE"])
        #expect(
          try await kubectl("get pdb queue --no-headers").words.first?.prefix(4) == ["queue", "N/A", "1", "0"])
        #expect(
          try await kubectl("get ingress ui --no-headers").words.first?.prefix(5)
            == ["ui", "nginx", "ui.example.org", "80,", "443"])
        #expect(try await kubectl("get secret token --no-headers").words.first?.prefix(3) == ["token", "Opaque", "1"])
        #expect(try await kubectl("explain sts.spec.volumeClaimTemplates.spec.resources").contains("requests\t<"))
        #expect(try await kubectl("explain pdb.spec").contains("maxUnavailable\t<"))
        #expect(try await kubectl("explain ingress.spec.rules.http.paths").contains("pathType\t<string>"))
        let moved = try await kubectl.outcome(
          "patch sts queue --type=merge", ["-p", #"{"spec":{"serviceName":"other"}}"#])
        #expect(moved.errors.contains("updates to statefulset spec for fields other than 'replicas'"))
      }
    }

    @Test func theOperatorsOwnKind() async throws {
      try await Kubectl.with { kubectl in
        let folder = Repository.path("config")
        try await kubectl("apply -f", ["\(folder)/crd/observability.cozystack.io_observabilities.yaml"])
        try await kubectl(
          "wait --for=condition=Established --timeout=10s crd/observabilities.observability.cozystack.io")
        try await kubectl("apply -f", ["\(folder)/samples/agents-only.yaml"])
        #expect(try await kubectl("get obs").words.first == ["NAME", "MODE", "AGENTS", "READY", "AGE"])
        let security = try await kubectl("explain observability.spec.nodeAgent.security.seccomp")
        #expect(security.contains("localhostProfile\t<string>"))
        #expect(try await kubectl("describe obs platform").contains("Kind:         Observability"))
      }
    }
  }
}

extension String {
  /// The words of each line.
  var words: [[String]] { split(separator: "\n").map { $0.split(separator: " ").map(String.init) } }
}
