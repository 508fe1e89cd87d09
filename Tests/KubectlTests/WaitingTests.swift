// SPDX-License-Identifier: Apache-2.0

import DevCluster
import ProcessSupport
import Testing

extension KubectlSuite {
  @Suite("waits and deletes")
  struct WaitingTests {
    private static let ready =
      #"{"status":{"conditions":[{"type":"Ready","status":"True","reason":"Ok","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}"#

    @Test func untilAnObjectIsReady() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl.serveWidgets()
        try await kubectl.applyWidget()
        let late = try await kubectl.outcome("wait --for=condition=Ready widget/one --timeout=1s")
        #expect(late.errors.contains("timed out waiting for the condition on widgets/one"))
        let waiting = try kubectl.start("wait --for=condition=Ready widget/one --timeout=30s")
        try await kubectl("patch widget one --subresource=status --type=merge -p", [Self.ready])
        #expect(try await waiting.waitForEnd() == .exit(0))
        #expect(waiting.output.all == ["widget.example.org/one condition met"])
        try await kubectl("wait", ["--for=jsonpath={.spec.mode}=Fast", "widget/one", "--timeout=10s"])
      }
    }

    @Test func whatChangesIsShown() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl.serveWidgets()
        try await kubectl.applyWidget()
        let watch = try kubectl.start("get widgets -w")
        defer { watch.signal(9) }
        _ = try await watch.output.waitForLine(containing: "one")
        try await kubectl("patch widget one --type=merge -p", [#"{"spec":{"mode":"Slow"}}"#])
        _ = try await watch.output.waitForLine(containing: "Slow")
        try await kubectl.applyWidget("two")
        _ = try await watch.output.waitForLine(containing: "two")
        let events = try kubectl.start("get widgets --watch-only --output-watch-events")
        defer { events.signal(9) }
        // The first line shows that the watch runs: what happened before it began is not told.
        try await eventually("the watch tells of a change") {
          try await kubectl("annotate widget two --overwrite", ["at=\(ContinuousClock().now)".replacing(" ", with: "")])
          return events.output.text.contains("MODIFIED") ? true : nil
        }
        try await kubectl("delete widget two")
        _ = try await events.output.waitForLine(containing: "DELETED")
      }
    }

    @Test func untilAnObjectIsGone() async throws {
      try await Kubectl.with { kubectl in
        try await kubectl.serveWidgets()
        try await kubectl.applyWidget("plain")
        #expect(try await kubectl("delete widget plain") == "widget.example.org \"plain\" deleted")

        let held = Manifests.widget("held").replacing(
          "  name: held", with: "  name: held\n  finalizers: [example.org/hold]")
        try await kubectl("apply -f", [try kubectl.file("held.yaml", held)])
        #expect(try await kubectl("delete widget held --wait=false").contains("deleted"))
        #expect(try await kubectl("get widget held -o name") == "widget.example.org/held")
        let waiting = try kubectl.start("wait --for=delete widget/held --timeout=30s")
        let deleting = try kubectl.start("delete widget held --timeout=30s")
        _ = try await deleting.output.waitForLine(containing: "deleted")
        try await kubectl("patch widget held --type=merge -p", [#"{"metadata":{"finalizers":null}}"#])
        #expect(try await waiting.waitForEnd() == .exit(0))
        #expect(try await deleting.waitForEnd() == .exit(0))

        try await kubectl("create namespace made")
        try await kubectl("-n made apply -f", [try kubectl.file("inside.yaml", Manifests.widget("inside"))])
        try await kubectl("delete namespace made --timeout=30s")
        #expect(try await kubectl("get widgets -A -o name") == "")
        try await kubectl("delete crd widgets.example.org --timeout=30s")
        #expect(try await !kubectl.outcome("get widgets").hasSucceeded)
      }
    }

    @Test func rolloutsAndEvents() async throws {
      try await Kubectl.with { kubectl in
        await kubectl.server.addNode("node-1")
        try await kubectl("apply -f", [try kubectl.file("ds.yaml", Manifests.daemonSet)])
        let status = try await kubectl("rollout status ds/agent --timeout=20s")
        #expect(status.contains("daemon set \"agent\" successfully rolled out"))
        let event = """
          apiVersion: events.k8s.io/v1
          kind: Event
          metadata: {name: agent.1, namespace: default}
          eventTime: "2026-01-01T00:00:00.000000Z"
          action: Rolling
          reason: Rolled
          type: Normal
          note: The agents turn
          reportingController: example.org/widgets
          reportingInstance: widgets-1
          regarding: {apiVersion: apps/v1, kind: DaemonSet, name: agent, namespace: default, uid: UID}
          """
        let uid = try await kubectl("get ds agent -o", ["jsonpath={.metadata.uid}"])
        try await kubectl("create -f", [try kubectl.file("event.yaml", event.replacing("UID", with: uid))])
        #expect(try await kubectl("get events").contains("The agents turn"))
        #expect(try await kubectl("events --for ds/agent").contains("The agents turn"))
        let described = try await kubectl("describe ds agent")
        #expect(described.contains("Pods Status:  1 Running"))
        #expect(described.contains("Rolled") && described.contains("The agents turn"))
      }
    }
  }
}
