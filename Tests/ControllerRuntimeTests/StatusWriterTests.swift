// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Testing

@testable import ControllerRuntime

@Suite struct StatusWriterTests {
  @Test func aStatusIsWrittenOnlyIfItSaysSomethingNew() async throws {
    let api = FakeAPI()
    let writer = StatusWriter(api: api, fieldManager: "operator")
    let nodes = ResourceType.nodes
    var live = api.put(nodes, KubernetesObject(type: nodes, name: "n"))
    let status: JSONObject = ["ready": 3, "failed": 0, "list": ["a", ["x": 1, "y": []]], "empty": [:]]
    #expect(try await writer.write(type: nodes, live: live, status: status))
    #expect(api.requests.last == .init(verb: "apply", target: "nodes n", detail: "operator-status force status"))
    live = try #require(api.object(nodes, live.key))
    live["status"] = ["list": ["a", ["x": 1]], "ready": 3]
    #expect(try await !writer.write(type: nodes, live: live, status: status))
    live["status"] = ["list": ["a", ["x": 1]], "ready": 3, "stale": "gone"]
    #expect(try await writer.write(type: nodes, live: live, status: status))
    live["status"] = ["list": ["a", ["x": 1], "b"], "ready": 3]
    #expect(try await writer.write(type: nodes, live: live, status: status))
    #expect(api.count("apply") == 3)
  }
}
