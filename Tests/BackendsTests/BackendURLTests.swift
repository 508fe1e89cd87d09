// SPDX-License-Identifier: Apache-2.0

import Backends
import ObservabilityAPI
import Testing

@Suite struct BackendURLTests {
  @Test func takesAnAddressApart() throws {
    let url = try BackendURL("https://user:p%25:x@vm.example.org:8480/insert/0/write?a=b&c=%2F")
    #expect(url.scheme == .https)
    #expect(url.credentials == BasicCredentials(username: "user", password: "p%:x"))
    #expect(url.host == "vm.example.org" && url.port == 8480)
    #expect(url.path == "/insert/0/write" && url.query == "a=b&c=%2F")
    #expect(url.description == "https://vm.example.org:8480/insert/0/write?a=b&c=%2F")
    #expect(url.authority == "vm.example.org:8480")
    #expect(!"\(url) \(String(reflecting: url))".contains("p%"))
  }

  @Test(arguments: [
    ("http://a", "a", 80, ""), ("HTTPS://A/", "A", 443, "/"), ("http://[::1]:8480/x", "[::1]", 8480, "/x"),
    ("http://10.0.0.1:1?q", "10.0.0.1", 1, ""), ("http://[fe80::1]", "[fe80::1]", 80, ""),
  ])
  func acceptsWhatIsUsual(_ text: String, _ host: String, _ port: Int, _ path: String) throws {
    let url = try BackendURL(text)
    #expect(url.host == host && url.effectivePort == port && url.path == path && url.credentials == nil)
  }

  @Test(arguments: [
    ("", "empty"), ("vminsert:8480", "no scheme"), ("ftp://a", "neither http nor https"), ("http://", "no host"),
    ("http://:80", "no host"), ("http://a:0", "port"), ("http://a:65536", "port"), ("http://a:", "port"),
    ("http://a:+8", "port"), ("http://a:8x", "port"), ("http://a b", "space"), ("http://a\n", "space"),
    ("http://ä", "ASCII"), ("http://a/#x", "fragment"), ("http://a/%zz", "%"), ("http://a/{x}", "percent-encode"),
    ("http://::1/", "brackets"), ("http://[::1", "closing bracket"), ("http://[::1]x", "followed by"),
    ("http://a$/", "host"), ("http://[]:1", "host"), ("http://u:hunter%2@a", "25"), ("http://u:hun@ter2@a", "password"),
    ("http://:hunter2@a", "user name"), ("http://u:hun/ter2@a", "port"),
  ])
  func namesWhatIsWrong(_ text: String, _ part: String) {
    let error = #expect(throws: BackendURLError.self) { try BackendURL(text) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("hun") == false && error?.description.contains("ter2") == false)
  }

  @Test func refusesWhatIsTooLong() {
    #expect(throws: BackendURLError.self) { try BackendURL("http://a/" + String(repeating: "x", count: 2048)) }
  }

  @Test func isExtended() throws {
    let url = try BackendURL("http://a/select/")
    #expect(url.appending(path: "/api").description == "http://a/select/api")
    #expect(url.adding(query: "q=1").adding(query: "r=2").description == "http://a/select/?q=1&r=2")
    #expect(try BackendURL("http://a/x?").adding(query: "q").description == "http://a/x?q")
    #expect(try BackendURL("http://a/x?y").replacing(path: "/health").description == "http://a/health")
  }
}

@Suite struct URLSafeCredentialTests {
  @Test(arguments: ["a", "A-z_0.9~!$&'()*+,;=", "a%40b"])
  func acceptsWhatGoAccepts(_ value: String) throws {
    try URLSafeCredential.check(value, as: .username, key: "user", secret: "ns/s")
    try URLSafeCredential.check(value + ":", as: .password, key: "password", secret: "ns/s")
    try URLSafeCredential.check("", as: .password, key: "password", secret: "ns/s")
  }

  @Test(arguments: ["hunter2@", "hunter2/", "hunter 2", "hunter2#", "hunter2%", "hunter2%4", "hünter2"])
  func namesTheKeyAndNeverTheValue(_ value: String) {
    for part in [URLSafeCredential.Part.username, .password] {
      let error = #expect(throws: CredentialError.self) {
        try URLSafeCredential.check(value, as: part, key: "pass", secret: "ns/creds")
      }
      #expect(error?.description.contains("key \"pass\" of Secret ns/creds") == true)
      #expect(error?.description.contains("unter") == false)
      #expect(error?.description.contains("%25") == true || error?.description.contains("percent-encode") == true)
    }
  }

  @Test func refusesAUserNameThatWouldEndEarly() {
    for value in ["a:b", ""] {
      #expect(throws: CredentialError.self) {
        try URLSafeCredential.check(value, as: .username, key: "user", secret: nil)
      }
    }
  }

  @Test func decodes() {
    #expect(URLSafeCredential.decoded("a%40b%3A") == "a@b:")
  }
}
