// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Testing

@Suite("Addresses of backends")
struct AddressTests {
  @Test("A URL is taken apart, and its login is shown nowhere")
  func parts() throws {
    let url = try HTTPURL("https://user:pass@vm.example.org:8480/insert/0/write?a=b&c=%2F")
    #expect(url.scheme == .https && url.host == "vm.example.org" && url.port == 8480)
    #expect(url.path == "/insert/0/write" && url.query == "a=b&c=%2F")
    #expect(url.userInfo?.text == "user:pass")
    #expect("\(url)" == "https://vm.example.org:8480/insert/0/write?a=b&c=%2F")
    var dumped = ""
    dump(url, to: &dumped)
    #expect(!"\(String(reflecting: url)) \(dumped)".contains("pass"))
  }

  @Test(
    "A URL that is accepted is written as it was read, but for the case of its scheme",
    arguments: [
      "http://a", "http://a/", "http://[::1]:8480/x", "http://10.0.0.1:1?q", "http://[fe80::1]", "http://A.b.:65535/",
      "http://vm_1.example.org", "http://a/%2F?", "http://1.2.3.4", "http://3com.example.org", "http://a.0b/",
    ])
  func roundTrip(text: String) throws {
    #expect(try HTTPURL(text).description == text)
    #expect(try HTTPURL(text.replacing("http:", with: "HTTP:")).description == text)
  }

  static let faults: [(String, HTTPURLError.Part, String)] = [
    ("", .text, "empty"), ("vminsert:8480", .scheme, "no scheme"), ("ftp://a", .scheme, "neither http nor https"),
    ("http://", .host, "no host"), ("http://:80", .host, "no host"), ("http://a:0", .port, "port \"0\""),
    ("http://a:65536", .port, "65535"), ("http://a:99999/w", .port, "port \"99999\""), ("http://a:", .port, "port"),
    ("http://h:99999999999999999999/a", .port, "port \"99999999999999999999\""), ("http://a:b/", .port, "port is"),
    ("http://a:080/", .port, "port"), ("http://a:+8", .port, "port"), ("http://a:b:c/", .host, "brackets"),
    ("http://fd00::1/", .host, "brackets"), ("http://[::1", .host, "closing bracket"),
    ("http://[::1]x", .host, "followed by"), ("http://[::1::2]/", .address, "neither a DNS name"),
    ("http://[fe80::1%25eth0]/", .host, "neither a DNS name"), ("http://[10.0.0.1]/", .address, "neither a DNS name"),
    ("http://{}", .host, "neither a DNS name"), ("http://a/{}", .text, "percent-encode"),
    ("http://a..b/", .host, "neither a DNS name"), ("http://-a/", .host, "neither a DNS name"),
    ("http://a$/", .host, "neither a DNS name"), ("http://10.1/", .host, "neither a DNS name"),
    ("http://0x7f.1/", .host, "neither a DNS name"), ("http://2130706433/", .host, "neither a DNS name"),
    ("http://010.0.0.1/", .host, "neither a DNS name"), ("http://a b", .text, "space"), ("http://a\n", .text, "space"),
    ("http://ä", .text, "ASCII"), ("http://a/#x", .text, "fragment"), ("http://a/%zz", .text, "%"),
    ("http://u:hun/ter2@a", .port, "port is"),
    ("http://a/" + String(repeating: "x", count: 2048), .text, "longer than"),
    ("http://" + String(repeating: "a.", count: 127) + "aa", .address, "neither a DNS name"),
  ]

  @Test("A URL that readers disagree about is refused with the part that is wrong", arguments: faults)
  func refusals(text: String, part: HTTPURLError.Part, words: String) {
    let error = #expect(throws: HTTPURLError.self) { try HTTPURL(text) }
    #expect(error?.part == part)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("hun") == false)
  }

  static let services: [(String, String, (name: String, namespace: String)?)] = [
    ("vm", "cluster.local", ("vm", "own")), ("VM", "cluster.local", ("vm", "own")), ("vm.", "cluster.local", nil),
    ("localhost", "cluster.local", nil), ("vm.b", "cluster.local", nil), ("a.b.svc", "cluster.local", ("a", "b")),
    ("a.b.SVC", "cluster.local", ("a", "b")), ("a.b.svc.", "cluster.local", nil),
    ("a.b.svc.cluster.local", "cluster.local", ("a", "b")), ("a.b.Svc.Cluster.Local.", "cluster.local", ("a", "b")),
    ("a.b.svc.cozy.local", "cozy.local", ("a", "b")), ("a.b.svc.cozy.local", "cluster.local", nil),
    ("a.b.svc.cluster.local", "cozy.local", nil), ("a.b.svc.evil.example.org", "cluster.local", nil),
    ("a.b.svc.cluster.local.evil.example.org", "cluster.local", nil), ("a.b.svc.cluster", "cluster.local", nil),
    ("pod-0.a.b.svc", "cluster.local", ("a", "b")), ("pod-0.a.b.svc.cluster.local", "cluster.local", ("a", "b")),
    ("x.pod-0.a.b.svc", "cluster.local", nil), ("a.svc.svc", "cluster.local", ("a", "svc")),
    ("a.b.pod.cluster.local", "cluster.local", nil), ("10.0.0.1", "cluster.local", nil),
    ("[::1]", "cluster.local", nil), ("svc", "cluster.local", ("svc", "own")), ("a.svc", "cluster.local", nil),
  ]

  @Test("One function tells which hosts are Services of the cluster", arguments: services)
  func clusterServices(host: String, domain: String, expected: (name: String, namespace: String)?) {
    let service = ClusterService(host: host, from: "own", domain: domain)
    #expect(service?.name == expected?.name && service?.namespace == expected?.namespace, "\(host) in \(domain)")
  }

  @Test(
    "The cluster's domain is read from the resolver's configuration of a pod",
    arguments: [
      ("search ns.svc.cozy.local svc.cozy.local cozy.local\nnameserver 10.96.0.10\noptions ndots:5\n", "cozy.local"),
      ("nameserver 1.1.1.1\nsearch SVC.Cluster.Local.\n", "cluster.local"), ("nameserver 1.1.1.1\n", nil),
      ("search example.org\n", nil), ("# search svc.a\n", nil), ("", nil), ("search svc. svc.-a\n", nil),
    ] as [(String, String?)])
  func clusterDomain(text: String, expected: String?) {
    #expect(ClusterService.domain(inResolverConfiguration: text) == expected)
  }
}
