// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing

@Suite(.timeLimit(.minutes(2))) struct ProxyTests {
  private let transport: CurlTransport

  init() throws { transport = try CurlTransport(userAgent: "tests/1") }

  private func exchange(_ request: HTTPRequest) async -> Result<Int, TransportError> {
    do throws(TransportError) {
      let response = try await transport.send(request)
      _ = try await response.body.collect()
      return .success(response.status)
    } catch {
      return .failure(error)
    }
  }

  private func failure(_ request: HTTPRequest) async -> TransportError? {
    guard case .failure(let error) = await exchange(request) else { return nil }
    return error
  }

  @Test func plainRequestsAreAskedOfTheProxy() async {
    let proxy = ScriptedProxy()
    let request = HTTPRequest(
      url: "http://api.test:81/a?b", headers: [HTTPField("Authorization", "Bearer mine")],
      proxy: ProxyOptions(url: "http://us%40er:pass@\(proxy.name)"))
    #expect(await exchange(request) == .success(200))
    let head = proxy.asked.first ?? ""
    #expect(head.hasPrefix("GET http://api.test:81/a?b HTTP/1.1\r\n"))
    #expect(head.contains("\r\nHost: api.test:81\r\n"))
    // us@er:pass
    #expect(head.contains("\r\nProxy-Authorization: Basic dXNAZXI6cGFzcw==\r\n"))
    #expect(head.contains("\r\nAuthorization: Bearer mine\r\n"))
  }

  @Test func exceptionsGoDirectly() async {
    let proxy = ScriptedProxy()
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 204 No Content\r\n\r\n")
    }
    let direct = ProxyOptions(url: "http://\(proxy.name)", exceptions: ["127.0.0.0/8"])
    #expect(await exchange(HTTPRequest(url: server.url, proxy: direct)) == .success(204))
    #expect(proxy.server.accepted == 0)
    let through = ProxyOptions(url: "http://\(proxy.name)", exceptions: ["example.com"])
    #expect(await exchange(HTTPRequest(url: server.url, proxy: through)) == .success(200))
    #expect(proxy.server.accepted == 1)
  }

  @Test(.enabled(if: OpenSSL.isInstalled)) func tunnelsToAnEncryptedHost() async throws {
    let openSSL = try await OpenSSL.shared
    let server = try await openSSL.serve("good")
    let proxy = ScriptedProxy(to: server.port)
    var request = HTTPRequest(
      url: "https://api.test/x", headers: [HTTPField("Authorization", "Bearer mine")],
      tls: TLSOptions(certificateAuthorities: openSSL.file("ca.crt")),
      proxy: ProxyOptions(url: "http://user:pass@\(proxy.name)"))
    #expect(await exchange(request) == .success(200))
    let head = proxy.asked.first ?? ""
    #expect(head.hasPrefix("CONNECT api.test:443 HTTP/1.1\r\n"))
    #expect(head.contains("\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"))
    #expect(!head.contains("mine"))
    // The tunnel leads to the host even if its certificate bears another name.
    request.url = "https://elsewhere.test:6443/x"
    request.tls.serverName = "api.test"
    #expect(await exchange(request) == .success(200))
    #expect(proxy.asked.last?.hasPrefix("CONNECT elsewhere.test:6443 HTTP/1.1\r\n") == true)
    // What is wrong behind the proxy is not the proxy's fault.
    request.tls = TLSOptions(certificateAuthorities: openSSL.file("other.crt"))
    let error = await failure(request)
    #expect(error?.cause == "tls: certificate signed by unknown authority (through proxy \(proxy.name))")
    #expect(error?.phase == .tls)
    #expect(error?.kind == .untrusted)
  }

  @Test(.enabled(if: OpenSSL.isInstalled)) func encryptedProxy() async throws {
    let openSSL = try await OpenSSL.shared
    // It answers whatever begins with GET, which a plain request to a proxy does.
    let server = try await openSSL.serve("good")
    let name = "127.0.0.1:\(server.port)"
    var request = HTTPRequest(
      url: "http://api.test/x", tls: TLSOptions(certificateAuthorities: openSSL.file("ca.crt")),
      proxy: ProxyOptions(url: "https://\(name)"))
    #expect(await exchange(request) == .success(200))
    request.tls.certificateAuthorities = openSSL.file("other.crt")
    let error = await failure(request)
    #expect(error?.description == "api.test:80: proxy \(name): tls: certificate signed by unknown authority")
    #expect(error?.phase == .tls)
    request.tls.insecureSkipVerify = true
    #expect(await exchange(request) == .success(200))
  }

  @Test(arguments: [
    (
      "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
      TransportError.Kind.unreachable, "CONNECT answered 407: user name or password are missing or wrong"
    ),
    ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", .unreachable, "CONNECT answered 403"),
    ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nabc", .unreachable, "CONNECT answered 502"),
    ("", .broken, "CONNECT: the server closed the connection"),
  ])
  func refusedTunnels(_ answer: String, _ kind: TransportError.Kind, _ cause: String) async {
    let proxy = ScriptedProxy(refusal: answer)
    let error = await failure(
      HTTPRequest(url: "https://api.test", proxy: ProxyOptions(url: "http://user:secret@\(proxy.name)")))
    #expect(error?.description == "api.test:443: proxy \(proxy.name): \(cause)")
    #expect(error?.kind == kind)
    #expect(error?.phase == .connect)
    #expect(error.map { "\($0)\(String(reflecting: $0))" }?.contains("secret") == false)
  }

  @Test func proxiesThatCannotBeReached() async {
    let free = ClosedPort()
    let refused = await failure(
      HTTPRequest(url: "https://api.test", proxy: ProxyOptions(url: "http://u:secret@127.0.0.1:\(free)")))
    #expect(refused?.description == "api.test:443: proxy 127.0.0.1:\(free): connect: refused")
    withExtendedLifetime(free) {}
    let unresolved = await failure(
      HTTPRequest(url: "http://api.test", proxy: ProxyOptions(url: "http://nowhere.invalid:3128")))
    #expect(unresolved?.description == "api.test:80: proxy nowhere.invalid:3128: resolve: host name not found")
    #expect(unresolved?.phase == .resolve)
    let full = FullPort()
    let deadlines = Deadlines(connect: .milliseconds(300), total: nil, idle: .seconds(30))
    let late = await failure(
      HTTPRequest(
        url: "https://api.test", deadlines: deadlines, proxy: ProxyOptions(url: "http://127.0.0.1:\(full.port)")))
    #expect(late?.description == "api.test:443: proxy 127.0.0.1:\(full.port): connect: timed out after 300ms")
    let silent = ScriptedServer { $0.waitForClose() }
    let mute = await failure(
      HTTPRequest(
        url: "https://api.test", deadlines: deadlines, proxy: ProxyOptions(url: "http://127.0.0.1:\(silent.port)")))
    #expect(mute?.description == "api.test:443: proxy 127.0.0.1:\(silent.port): CONNECT: timed out after 300ms")
  }

  @Test func connectionsThroughOneProxyAreNotUsedForAnother() async {
    let proxies = [ScriptedProxy(), ScriptedProxy()]
    for _ in 0..<2 {
      for proxy in proxies {
        for user in ["a", "b"] {
          let options = ProxyOptions(url: "http://\(user):x@\(proxy.name)")
          #expect(await exchange(HTTPRequest(url: "http://api.test", proxy: options)) == .success(200))
        }
      }
    }
    // One for each user of each proxy, kept.
    for proxy in proxies { #expect(proxy.server.accepted == 2) }
  }
}
