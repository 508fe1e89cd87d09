// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Watches", .timeLimit(.minutes(5)))
struct WatchTests {
  private func kinds(_ frames: [JSONValue]) -> [String] { frames.compactMap { $0["type"]?.string } }

  @Test func everyChangeIsTold() async {
    let cluster = await TestCluster()
    let version =
      await cluster.send("GET", Paths.configMaps).json[path: "metadata", "resourceVersion"]?.string ?? ""
    let watch = await cluster.send("GET", Paths.configMaps + "?watch=true&resourceVersion=\(version)")
    await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    await cluster.send(
      "PATCH", Paths.configMaps + "/one", ["data": ["a": "2"]], type: "application/merge-patch+json")
    await cluster.send("DELETE", Paths.configMaps + "/one")
    let frames = await cluster.frames(watch, 3)
    #expect(kinds(frames) == ["ADDED", "MODIFIED", "DELETED"])
    let versions = frames.compactMap { $0[path: "object", "metadata", "resourceVersion"]?.string.flatMap { Int($0) } }
    #expect(versions == versions.sorted())
    #expect(Set(versions).count == 3)
  }

  @Test func aWatchFromThePastTellsWhatWasMissed() async {
    let cluster = await TestCluster()
    let version =
      await cluster.send("GET", Paths.configMaps).json[path: "metadata", "resourceVersion"]?.string ?? ""
    await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    await cluster.send("DELETE", Paths.configMaps + "/one")
    let watch = await cluster.send("GET", Paths.configMaps + "?watch=1&resourceVersion=\(version)")
    #expect(kinds(await cluster.frames(watch, 2)) == ["ADDED", "DELETED"])
  }

  @Test func withoutAVersionEverythingComesFirst() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    let watch = await cluster.send("GET", Paths.configMaps + "?watch=true")
    await cluster.send("DELETE", Paths.configMaps + "/one")
    #expect(kinds(await cluster.frames(watch, 2)) == ["ADDED", "DELETED"])
  }

  @Test func aStreamedListEndsWithABookmark() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    let query = "?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
    let frames = await cluster.frames(await cluster.send("GET", Paths.configMaps + query), 2)
    #expect(kinds(frames) == ["ADDED", "BOOKMARK"])
    let metadata = frames.last?[path: "object", "metadata"]
    #expect(metadata?[path: "annotations", "k8s.io/initial-events-end"] == "true")
    let wrong = await cluster.send("GET", Paths.configMaps + "?watch=true&sendInitialEvents=true")
    #expect(wrong.status == 422)
  }

  @Test func leavingTheSelectionIsADeletion() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.configMaps, Samples.configMap("m", labels: ["sel": "yes"]))
    let watch = await cluster.send("GET", Paths.configMaps + "?watch=true&labelSelector=sel%3Dyes")
    for value in ["no", "yes"] {
      await cluster.send(
        "PATCH", Paths.configMaps + "/m", ["metadata": ["labels": ["sel": .string(value)]]],
        type: "application/merge-patch+json")
    }
    let frames = await cluster.frames(watch, 3)
    #expect(kinds(frames) == ["ADDED", "DELETED", "ADDED"])
    #expect(frames[1][path: "object", "metadata", "labels", "sel"] == "yes")
  }

  @Test func aForgottenVersionIsExpiredInBand() async {
    let cluster = await TestCluster { $0.historyLimit = 4 }
    for number in 0..<20 { await cluster.send("POST", Paths.configMaps, Samples.configMap("x\(number)")) }
    let watch = await cluster.send("GET", Paths.configMaps + "?watch=true&resourceVersion=2")
    #expect(watch.status == 200)
    let frames = await cluster.frames(watch, 2)
    #expect(kinds(frames) == ["ERROR"])
    #expect(frames.first?[path: "object", "code"] == 410)
    #expect(frames.first?[path: "object", "reason"] == "Expired")
  }

  @Test func aVersionThatIsNoNumberIsAnError() async {
    let cluster = await TestCluster()
    let answer = await cluster.send("GET", Paths.configMaps + "?watch=true&resourceVersion=abc")
    #expect(answer.status == 500)
    #expect(
      answer.json["message"]
        == "resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax")
  }

  @Test func bookmarksComeAtIntervals() async {
    let cluster = await TestCluster { $0.bookmarkInterval = .milliseconds(20) }
    let watch = await cluster.send("GET", Paths.configMaps + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=30")
    let frames = await cluster.frames(watch, 2)
    #expect(kinds(frames) == ["BOOKMARK", "BOOKMARK"])
    #expect(frames.first?[path: "object", "kind"] == "ConfigMap")
  }

  @Test func aWatchEndsAtItsTimeout() async {
    let cluster = await TestCluster()
    let watch = await cluster.send("GET", Paths.configMaps + "?watch=true&timeoutSeconds=1")
    #expect(await cluster.frames(watch, 1).isEmpty)
  }

  @Test func theServerCanEndAllWatches() async {
    let cluster = await TestCluster()
    let watch = await cluster.send("GET", Paths.configMaps + "?watch=true")
    #expect(await cluster.server.openWatches == 1)
    await cluster.server.endWatches()
    #expect(await cluster.frames(watch, 1).isEmpty)
    #expect(await cluster.server.openWatches == 0)
  }
}
