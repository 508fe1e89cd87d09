// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Testing

@Suite("Request log and faults")
struct RequestLogTests {
  @Test func requestsAreLoggedWithTheirVerbs() async {
    let cluster = await TestCluster()
    await cluster.server.clearRequestLog()
    await cluster.send("GET", Paths.configMaps)
    await cluster.send("GET", Paths.configMaps + "?watch=true")
    await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    await cluster.send("DELETE", Paths.configMaps + "/one", agent: "kubectl/1.36")
    await cluster.send("DELETE", Paths.configMaps)
    await cluster.send("GET", "/version")
    let log = await cluster.server.requestLog
    #expect(log.map(\.verb) == ["list", "watch", "create", "delete", "deletecollection", "get"])
    #expect(log[3].userAgent == "kubectl/1.36")
    #expect(log[3].name == "one")
    #expect(log[3].namespace == "rec")
    #expect(log[3].user == "admin")
    #expect(log[3].description == "delete configmaps rec/one -> 200")
    #expect(await cluster.server.requests == 6)
    #expect(await cluster.server.writes == 3)
  }

  @Test func faultsTakeThePlaceOfAnswers() async {
    let cluster = await TestCluster()
    await cluster.server.setIntercept { request in
      switch request.method {
      case "POST": .answer(APIResponse(status: 503, text: "later"))
      case "DELETE": .closeConnection
      default: nil
      }
    }
    let refused = await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
    #expect(refused.status == 503)
    #expect(await cluster.send("GET", Paths.configMaps).json["items"] == [])
    guard case .closeConnection = await cluster.send("DELETE", Paths.configMaps).body else {
      Issue.record("the connection was to be closed")
      return
    }
    #expect(await cluster.server.requestLog.last?.code == 0)
  }
}
