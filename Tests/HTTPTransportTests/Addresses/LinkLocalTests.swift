// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct LinkLocalTests {
  @Test(
    "An address is link-local in every spelling that stands for one",
    arguments: [
      ("169.254.169.254", true), ("169.254.0.0", true), ("169.255.0.1", false), ("169.253.255.255", false),
      ("::ffff:169.254.169.254", true), ("::ffff:a9fe:a9fe", true), ("64:ff9b::a9fe:a9fe", true), ("fe80::1", true),
      ("febf::1", true), ("fec0::1", false), ("fe7f::1", false), ("10.0.0.1", false), ("127.0.0.1", false),
      ("::1", false), ("fd00:ec2::254", false),
    ])
  func isLinkLocal(_ text: String, _ expected: Bool) throws {
    #expect(try #require(IPAddress(text)).isLinkLocal == expected)
  }

  @Test(
    "A request that refuses link-local addresses connects to none, however the address is written",
    arguments: [
      ("http://169.254.169.254/latest", "169.254.169.254"), ("http://2852039166/", "169.254.169.254"),
      ("http://0xa9fea9fe/", "169.254.169.254"), ("http://[::ffff:169.254.169.254]:8080/", "169.254.169.254"),
      ("http://[fe80::1]/", "fe80::1"), ("https://169.254.1.1:8443/", "169.254.1.1"),
    ])
  func isRefused(_ url: String, _ address: String) async throws {
    let transport = try CurlTransport(userAgent: "tests/1")
    let error = await #expect(throws: TransportError.self) {
      try await transport.send(HTTPRequest(url: url, refusesLinkLocal: true))
    }
    #expect(error?.kind == .addressRefused)
    #expect(error?.cause == "connect: \(address) is a link-local address")
  }

  @Test("A name that leads to a link-local address is refused like the address itself")
  func aNameIsRefused() async throws {
    let transport = try CurlTransport(userAgent: "tests/1")
    // The connection is led from the name to the address, as by DNS.
    let request = HTTPRequest(
      url: "https://169.254.169.254/", tls: TLSOptions(serverName: "vm.example.org"), refusesLinkLocal: true)
    let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
    #expect(error?.kind == .addressRefused)
  }

  @Test("Other addresses are reached as before")
  func othersAreReached() async throws {
    let server = ScriptedServer { $0.send("HTTP/1.1 204 No Content\r\n\r\n") }
    let transport = try CurlTransport(userAgent: "tests/1")
    let response = try await transport.send(
      HTTPRequest(url: "http://127.0.0.1:\(server.port)/", refusesLinkLocal: true))
    #expect(response.status == 204)
  }
}
