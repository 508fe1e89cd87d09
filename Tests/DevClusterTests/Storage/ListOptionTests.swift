// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Options of lists and watches")
struct ListOptionTests {
  @Test(
    arguments: [
      ("resourceVersionMatch=Exact", "resourceVersionMatch is forbidden unless resourceVersion is provided"),
      (
        "resourceVersionMatch=Exact&resourceVersion=0",
        "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""
      ),
      ("sendInitialEvents=true", "sendInitialEvents is forbidden for list"),
      (
        "resourceVersionMatch=Exact&resourceVersion=1&continue=a",
        "resourceVersionMatch is forbidden when continue is provided"
      ),
      ("resourceVersionMatch=Odd&resourceVersion=1", "supported values: \"Exact\", \"NotOlderThan\", \"\""),
      (
        "watch=true&sendInitialEvents=true",
        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
      ),
      (
        "watch=true&resourceVersionMatch=NotOlderThan",
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
      ),
      ("watch=true&sendInitialEvents=true&resourceVersionMatch=Exact", "supported values: \"NotOlderThan\""),
    ])
  func thatDoNotGoTogetherAreRefused(_ query: String, _ detail: String) async {
    let answer = await TestCluster().send("GET", Paths.configMaps + "?" + query)
    #expect(answer.status == 422)
    #expect(answer.json["message"]?.string?.hasPrefix("ListOptions.meta.k8s.io \"\" is invalid: ") == true)
    #expect(answer.json["message"]?.string?.contains(detail) == true, "\(answer.text)")
  }

  @Test func aWatchWithoutInitialEventsBeginsNow() async {
    let cluster = await TestCluster()
    await cluster.send("POST", Paths.configMaps, Samples.configMap("old"))
    let query = "?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan"
    let watch = await cluster.send("GET", Paths.configMaps + query)
    await cluster.send("POST", Paths.configMaps, Samples.configMap("new"))
    let frames = await cluster.frames(watch, 1)
    #expect(frames.first?[path: "object", "metadata", "name"] == "new")
  }

  @Test func aVersionOfTheFutureIsTooLarge() async {
    let cluster = await TestCluster()
    let query = "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=999999"
    for query in [query, "?resourceVersion=999999"] {
      let answer = await cluster.send("GET", Paths.configMaps + query)
      #expect(answer.status == 504)
      #expect(answer.json["message"]?.string?.hasPrefix("Too large resource version: 999999, current: ") == true)
    }
  }

  @Test func anExpiredTokenCanGoOnWithThingsAsTheyAre() async {
    let cluster = await TestCluster { $0.historyLimit = 4 }
    for name in ["a", "b", "c"] { await cluster.send("POST", Paths.configMaps, Samples.configMap(name)) }
    let first = await cluster.send("GET", Paths.configMaps + "?limit=1").json
    let token = first[path: "metadata", "continue"]?.string ?? ""
    let revision = first[path: "metadata", "resourceVersion"]?.string ?? ""
    for number in 0..<20 { await cluster.send("POST", Paths.configMaps, Samples.configMap("x\(number)")) }
    let expired = await cluster.send("GET", Paths.configMaps + "?limit=1&continue=\(token)")
    #expect(expired.status == 410)
    #expect(expired.json["message"]?.string?.hasPrefix("The provided continue parameter is too old") == true)
    let rest = expired.json[path: "metadata", "continue"]?.string ?? ""
    let page = await cluster.send("GET", Paths.configMaps + "?limit=2&continue=\(rest)").json
    #expect(page["items"]?.array?.map(\.name) == ["b", "c"])
    let exact = await cluster.send("GET", Paths.configMaps + "?resourceVersionMatch=Exact&resourceVersion=\(revision)")
    #expect(exact.status == 410)
    #expect(exact.json["message"] == "The resourceVersion for the provided list is too old.")
    let both = await cluster.send("GET", Paths.configMaps + "?continue=\(rest)&resourceVersion=\(revision)")
    #expect(both.json["message"] == "specifying resource version is not allowed when using continue")
  }
}
