// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPTransport

/// The cases of Go's `golang.org/x/net/http/httpproxy/proxy_test.go` and the edges of its parser.
@Suite struct ProxyExceptionsTests {
  private static let list = [
    "foobar.com", ".barbaz.net", "*.wild.io", "192.168.1.1", "192.168.1.2:81", "192.168.1.3:80", "10.0.0.0/30",
    "2001:db8::52:0:1", "[2001:db8::52:0:2]:443", "[2001:db8::52:0:3]:80", "2002:db8:a::45/64", " spaced.org ",
    "port.org:8443", "anyport.org:",
  ]

  private static let cases: [(String, String, Bool)] = [
    ("localhost", "80", true), ("127.0.0.1", "80", true), ("127.0.0.2", "80", true), ("[::1]", "80", true),
    ("[::2]", "80", false), ("192.168.1.1", "80", true), ("192.168.1.2", "80", false), ("192.168.1.2", "81", true),
    ("192.168.1.3", "80", true), ("192.168.1.4", "80", false), ("10.0.0.2", "80", true), ("10.0.0.4", "80", false),
    ("[2001:db8::52:0:1]", "80", true), ("[2001:db8::52:0:2]", "443", true), ("[2001:db8::52:0:2]", "80", false),
    ("[2001:db8::52:0:3]", "443", false), ("[2002:db8:a::123]", "80", true), ("[2002:db8:a:1::1]", "80", false),
    ("[fe80::424b:c8be:1643:a1b6]", "80", false), ("[::ffff:192.168.1.1]", "80", true), ("barbaz.net", "80", false),
    ("www.barbaz.net", "80", true), ("foobar.com", "80", true), ("www.foobar.com", "80", true),
    ("foofoobar.com", "80", false), ("baz.com", "80", false), ("localhost.net", "80", false),
    ("local.localhost", "80", false), ("barbarbaz.net", "80", false), ("FOOBAR.COM", "80", true),
    ("a.wild.io", "80", true), ("wild.io", "80", false), ("spaced.org", "80", true), ("port.org", "8443", true),
    ("a.port.org", "8443", true), ("port.org", "443", false), ("anyport.org", "1", true), ("[::1%lo]", "80", true),
  ]

  @Test(arguments: Self.cases)
  func asGoDoes(_ host: String, _ port: String, _ isDirect: Bool) {
    let exceptions = ProxyExceptions(Self.list, loopback: true)
    let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    #expect(exceptions.contain(host: bare, port: port) == isDirect)
  }

  private static let edgeCases: [(String, String, Bool)] = [
    ("*", "anything.at.all", true), ("a.b,*", "10.0.0.1", true), ("", "a.b", false), (",,", "a.b", false),
    ("10.0.0.0/33", "10.0.0.1", false), ("10.0.0.0/", "10.0.0.1", false), ("0.0.0.0/0", "10.0.0.1", true),
    ("0.0.0.0/0", "::2", false), ("::/0", "10.0.0.1", false), ("::/0", "2001:db8::1", true),
    ("::ffff:10.0.0.0/104", "10.255.0.1", true), ("10.0.0.0/8", "10.example.com", false), (":80", "a.b", false),
    ("10.0.0.1", "10.0.0.10", false), ("0.1", "10.0.0.1", false), ("[::2]", "::2", false),
    ("172.16.0.0/12", "172.31.255.255", true), ("172.16.0.0/12", "172.32.0.0", false),
    ("010.0.0.1", "10.0.0.1", false), ("10.0.0.1/8/8", "10.0.0.1", false),
  ]

  @Test(arguments: Self.edgeCases)
  func edges(_ list: String, _ host: String, _ isDirect: Bool) {
    let exceptions = ProxyExceptions(list.split(separator: ",").map(String.init), loopback: true)
    #expect(exceptions.contain(host: host, port: "80") == isDirect)
  }

  @Test func loopbackOnlyWhereAsked() {
    for host in ["localhost", "127.0.0.1", "::1"] {
      #expect(ProxyExceptions([], loopback: false).contain(host: host, port: "80") == false)
    }
  }
}

@Suite struct ProxyOptionsTests {
  private static let environments: [([String: String], String, String?)] = [
    (["HTTPS_PROXY": "http://p:1"], "https://a.b/", "http://p:1"), (["HTTPS_PROXY": "http://p:1"], "http://a.b/", nil),
    (["https_proxy": "p:1"], "https://a.b/", "http://p:1"),
    (["HTTPS_PROXY": "https://up:1", "https_proxy": "http://low:1"], "HTTPS://a.b/", "https://up:1"),
    (["HTTPS_PROXY": "", "https_proxy": "http://low:1"], "https://a.b/", "http://low:1"),
    (["HTTP_PROXY": "http://p:1"], "http://a.b/", "http://p:1"), (["HTTP_PROXY": "http://p:1"], "ftp://a.b/", nil),
    (["ALL_PROXY": "http://p:1"], "http://a.b/", nil), ([:], "https://a.b/", nil),
  ]

  @Test(arguments: Self.environments)
  func fromEnvironment(_ environment: [String: String], _ url: String, _ proxy: String?) {
    let options = ProxyOptions.fromEnvironment(environment, for: url)
    #expect(options?.url == proxy)
    #expect(options?.exceptsLoopback != false)
  }

  @Test func exceptionsFromEnvironment() {
    let options = ProxyOptions.fromEnvironment(
      ["HTTP_PROXY": "p:1", "no_proxy": "a.b, 10.0.0.0/8,"], for: "http://c.d")
    #expect(options?.exceptions == ["a.b", " 10.0.0.0/8"])
  }

  @Test(arguments: [
    "http://user:secret@p:1", "https://user:se@secret@p:1/x", "user:secret@p:1", "http://u:secret/@p:1",
  ])
  func printsNoPassword(_ url: String) {
    let request = HTTPRequest(url: "http://a.b", proxy: ProxyOptions(url: url, exceptions: ["a"]))
    #expect(!"\(request) \(String(reflecting: request))".contains("secret"))
    #expect("\(request)".contains("p:1"))
  }

  @Test(arguments: [
    ("socks5://p:1", "proxy: scheme socks5 is neither http nor https"), ("http://", "proxy: its URL is malformed"),
    ("http://user:secret@p:x", "proxy: its URL is malformed"),
    ("http://us%0aer:secret@p:1", "proxy p:1: its user name or password has a character that cannot be sent"),
  ])
  func unusable(_ url: String, _ cause: String) {
    let request = HTTPRequest(url: "https://a.b", proxy: ProxyOptions(url: url))
    let error = #expect(throws: TransportError.self) { try RequestTarget(request) }
    #expect(error?.cause == cause)
    #expect(error?.kind == .invalidRequest)
    #expect(error?.host == "a.b:443")
  }
}
