// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("The subresource scale")
struct ScaleTests {
  private static let deployment = "/apis/apps/v1/namespaces/rec/deployments/d"

  private func cluster() async -> TestCluster {
    // The workloads' controller would write the status in between.
    let cluster = await TestCluster { $0.runsControllers = false }
    var object = Samples.daemonSet("d")
    object["kind"] = "Deployment"
    object["spec"]?["replicas"] = 2
    await cluster.apply(Self.deployment, object)
    return cluster
  }

  @Test func itIsReadAndWritten() async {
    let cluster = await cluster()
    let scale = await cluster.send("GET", Self.deployment + "/scale").json
    #expect(scale["kind"] == "Scale")
    #expect(scale["spec"] == ["replicas": 2])
    #expect(scale[path: "status", "selector"] == "app=d")
    let patched = await cluster.send(
      "PATCH", Self.deployment + "/scale?fieldManager=scaler", ["spec": ["replicas": 5]],
      type: "application/merge-patch+json")
    #expect(patched.json["spec"] == ["replicas": 5])
    var wanted = patched.json
    wanted["spec"] = ["replicas": 0]
    #expect(await cluster.send("PUT", Self.deployment + "/scale", wanted).status == 200)
    let object = await cluster.server.object("deployments", group: "apps", namespace: "rec", "d")
    #expect(object?[path: "spec", "replicas"] == 0)
    let owners = object?[path: "metadata", "managedFields"]?.array ?? []
    #expect(owners.contains { $0["subresource"] == "scale" })
    #expect(await cluster.send("PUT", Self.deployment + "/scale", scale).status == 409)
  }

  @Test func whatCannotBeScaledIsRefused() async {
    let cluster = await cluster()
    let negative = await cluster.send(
      "PATCH", Self.deployment + "/scale", ["spec": ["replicas": -1]], type: "application/merge-patch+json")
    #expect(negative.status == 422)
    #expect(negative.json["message"]?.string?.contains("must be greater than or equal to 0") == true)
    await cluster.apply(Paths.daemonSets + "/s", Samples.daemonSet("s"))
    #expect(await cluster.send("GET", Paths.daemonSets + "/s/scale").status == 404)
  }
}
