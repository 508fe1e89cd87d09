// SPDX-License-Identifier: Apache-2.0

import Backends
import HTTPTransport
import Testing

@Suite struct AddressMapTests {
  @Test func sendsARequestElsewhereAndKeepsItsHost() async throws {
    let map = try AddressMap(text: "# endpoints\n\nvminsert.ns.svc:8480=127.0.0.1:1234\r\nb.svc:443 = [::1]:5\n")
    let inner = ScriptedTransport([("", .answer(200, "x"))])
    let transport = map.wrapping(inner)
    _ = try await transport.send(HTTPRequest(url: "http://VMinsert.ns.svc:8480/a?b=c"))
    _ = try await transport.send(HTTPRequest(url: "https://u:p@b.svc/x"))
    _ = try await transport.send(HTTPRequest(url: "http://vminsert.ns.svc:8481/a"))
    let sent = inner.requests
    #expect(sent.map(\.url) == ["http://127.0.0.1:1234/a?b=c", "https://[::1]:5/x", "http://vminsert.ns.svc:8481/a"])
    #expect(sent[0].headers == [HTTPField("Host", "VMinsert.ns.svc:8480")])
    #expect(sent[1].headers == [HTTPField("Host", "b.svc"), HTTPField("Authorization", "Basic dTpw")])
    #expect(sent[1].tls.serverName == "b.svc" && sent[0].tls.serverName == nil)
    #expect(sent[2].headers.isEmpty)
  }

  @Test func tellsOfBothAddressesInAnError() async throws {
    let map = try AddressMap(["a.svc:1=127.0.0.1:2"])
    let transport = map.wrapping(ScriptedTransport([("", .failure(.unreachable, "connect: refused"))]))
    let error = await #expect(throws: TransportError.self) {
      try await transport.send(HTTPRequest(url: "http://a.svc:1/"))
    }
    #expect(error?.description == "a.svc:1: connect: refused (sent to 127.0.0.1:2)")
    #expect(error?.kind == .unreachable)
  }

  @Test func leavesATransportAloneIfEmpty() throws {
    #expect(try AddressMap(text: "\n#\n").isEmpty)
    #expect(try AddressMap(text: "").wrapping(ScriptedTransport([])) is ScriptedTransport)
  }

  @Test(arguments: ["a:1", "a=b:1", "a:1=b", "a:1=b:1=c:1", "=b:1", "a:1=b:x", "u@a:1=b:1", "a:1/x=b:1"])
  func namesTheEntryThatIsWrong(_ line: String) {
    let error = #expect(throws: AddressMapError.self) { try AddressMap(["ok:1=ok:2", line]) }
    #expect(error?.description.contains("entry 2") == true)
    #expect(error?.description.contains(line) == true)
  }

  @Test func refusesAnAddressTwice() {
    #expect(throws: AddressMapError.self) { try AddressMap(["a:1=b:1", "A:1=c:1"]) }
  }
}
