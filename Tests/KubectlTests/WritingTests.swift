// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import ProcessSupport
import Testing

extension KubectlSuite {
  @Suite("writes")
  struct WritingTests {
    @Test func applyOnTheClientsSide() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl.serveWidgets()
        let file = try kubectl.file("one.yaml", Manifests.widget("one"))
        #expect(try await kubectl("apply -f", [file]) == "widget.example.org/one created")
        #expect(try await kubectl("apply -f", [file]) == "widget.example.org/one unchanged")
        try kubectl.file("one.yaml", Manifests.widget("one", mode: "Slow"))
        let difference = try await kubectl.outcome("diff -f", [file])
        #expect(difference.ending == .exit(1))
        #expect(difference.output.contains("-  mode: Fast\n+  mode: Slow"))
        #expect(try await kubectl("apply --dry-run=server -f", [file]).contains("configured (server dry run)"))
        #expect(try await kubectl("apply -f", [file]) == "widget.example.org/one configured")
        #expect(try await kubectl.outcome("diff -f", [file]).ending == .exit(0))

        try kubectl.file("bad.yaml", Manifests.widget("bad", mode: "Odd"))
        let refused = try await kubectl.outcome("apply -f", [kubectl.folder.path + "/bad.yaml"])
        #expect(
          refused.errors.contains("spec.mode: Unsupported value: \"Odd\": supported values: \"Fast\", \"Slow\""))
        try kubectl.file("odd.yaml", Manifests.widget("odd") + "\n  colour: red")
        let strict = try await kubectl.outcome("apply -f", [kubectl.folder.path + "/odd.yaml"])
        #expect(strict.errors.contains("strict decoding error: unknown field \"spec.colour\""))
      }
    }

    @Test func strategicPatchesOfBuiltInKinds() async throws {
      try await Kubectl.with { kubectl in
        let file = try kubectl.file("ds.yaml", Manifests.daemonSet)
        #expect(try await kubectl("apply -f", [file]) == "daemonset.apps/agent created")
        #expect(try await kubectl("apply -f", [file]) == "daemonset.apps/agent unchanged")
        try kubectl.file("ds.yaml", Manifests.daemonSet.replacing("agent:1", with: "agent:2"))
        #expect(try await kubectl("apply -f", [file]) == "daemonset.apps/agent configured")
        try await kubectl(
          "patch ds agent -p",
          [#"{"spec":{"template":{"spec":{"containers":[{"name":"agent","env":[{"name":"B","value":"2"}]}]}}}}"#])
        let names = try await kubectl("get ds agent -o", ["jsonpath={.spec.template.spec.containers[0].env[*].name}"])
        #expect(names == "B A" || names == "A B")
        try await kubectl("set image ds/agent agent=example/agent:3")
        let image = try await kubectl("get ds agent -o", ["jsonpath={.spec.template.spec.containers[*].image}"])
        #expect(image == "example/agent:3")
        try await kubectl("rollout restart ds/agent")
      }
    }

    @Test func applyOnTheServersSide() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl.serveWidgets()
        let file = try kubectl.file("one.yaml", Manifests.widget("one"))
        #expect(
          try await kubectl("apply --server-side -f", [file]) == "widget.example.org/one serverside-applied")
        try kubectl.file("one.yaml", Manifests.widget("one", mode: "Slow"))
        let conflict = try await kubectl.outcome("apply --server-side --field-manager=other -f", [file])
        #expect(conflict.errors.contains("conflict with \"kubectl\": .spec.mode"))
        try await kubectl("apply --server-side --field-manager=other --force-conflicts -f", [file])
        let owners = try await kubectl(
          "get widget one --show-managed-fields -o", ["jsonpath={.metadata.managedFields[*].manager}"])
        #expect(owners.split(separator: " ").contains("other"))
      }
    }

    @Test func singleFields() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl.serveWidgets()
        try await kubectl.applyWidget()
        let size: @Sendable () async throws -> String = {
          try await kubectl("get widget one", ["-o", "jsonpath={.spec.size}"])
        }
        try await kubectl("patch widget one --type=merge -p", [#"{"spec":{"size":3}}"#])
        #expect(try await size() == "3")
        try await kubectl("patch widget one --type=json -p", [#"[{"op":"replace","path":"/spec/size","value":4}]"#])
        #expect(try await size() == "4")
        let strategic = try await kubectl.outcome("patch widget one -p", [#"{"spec":{"size":5}}"#])
        #expect(strategic.errors.contains("application/strategic-merge-patch+json is not supported by example.org/v1"))
        try await kubectl("scale widget one --replicas=7")
        #expect(try await size() == "7")
        let guarded = try await kubectl.outcome("scale widget one --current-replicas=1 --replicas=8")
        #expect(!guarded.hasSucceeded)

        #expect(try await kubectl("label widget one tier=back") == "widget.example.org/one labeled")
        #expect(try await !kubectl.outcome("label widget one tier=front").hasSucceeded)
        try await kubectl("label widget one tier=front --overwrite")
        #expect(try await kubectl("label widget one tier-") == "widget.example.org/one unlabeled")
        #expect(try await kubectl("annotate widget one note=x") == "widget.example.org/one annotated")
        let annotation = try await kubectl("get widget one", ["-o", "jsonpath={.metadata.annotations.note}"])
        #expect(annotation == "x")

        let editor = try kubectl.file("editor", "#!/bin/sh\nsed -i 's/mode: Fast/mode: Slow/' \"$1\"")
        try #require(chmod(editor, 0o700) == 0)
        let edited = try await kubectl("edit widget one", variables: ["KUBE_EDITOR": editor])
        #expect(edited == "widget.example.org/one edited")
        #expect(try await kubectl("get widget one", ["-o", "jsonpath={.spec.mode}"]) == "Slow")
        try await kubectl("replace -f", [try kubectl.file("one.yaml", Manifests.widget("one"))])
        #expect(try await size() == "2")
      }
    }
  }
}
