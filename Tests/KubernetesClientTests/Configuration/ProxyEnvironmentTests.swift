// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing

@testable import KubernetesClient

@Suite struct ProxyEnvironmentTests {
  private static let variables = [
    "HTTPS_PROXY": "http://u:p@secure:3128", "https_proxy": "http://not-this-one", "http_proxy": "plain:3128",
    "HTTP_PROXY": "", "NO_PROXY": "10.0.0.0/8, .svc,example.com:443",
  ]

  private func proxy(_ server: String, _ variables: [String: String] = Self.variables) throws -> ProxyOptions? {
    try ProxyEnvironment(variables).proxy(to: server)
  }

  @Test func goesByTheSchemeOfTheServer() throws {
    let exceptions = ["10.0.0.0/8", ".svc", "example.com:443"]
    #expect(try proxy("https://api:6443") == ProxyOptions(url: "http://u:p@secure:3128", exceptions: exceptions))
    #expect(try proxy("http://api:8080") == ProxyOptions(url: "http://plain:3128", exceptions: exceptions))
    #expect(try proxy("https://api:6443", ["HTTP_PROXY": "http://p"]) == nil)
    #expect(try proxy("https://api:6443", [:]) == nil)
  }

  @Test(arguments: ["https://localhost:6443", "https://127.0.0.1:6443", "https://127.1.2.3", "https://[::1]:6443"])
  func thisMachineIsReachedDirectly(_ server: String) throws {
    #expect(try proxy(server) == nil)
  }

  @Test(arguments: ["https://127.evil.example:6443", "https://[::2]:6443", "https://localhost.example"])
  func otherMachinesAreNot(_ server: String) throws {
    #expect(try proxy(server) != nil)
  }

  @Test(arguments: [
    ("socks5h://u:secret@p", "HTTPS_PROXY: socks5h proxies are not supported; use an http or https proxy"),
    ("ftp://u:secret@p", "HTTPS_PROXY: …@p is not an http or https URL"),
    ("http://a b", "HTTPS_PROXY: http://a b is not an http or https URL"),
  ])
  func mistakes(_ value: String, _ line: String) {
    #expect(throws: ConfigurationError(line)) { try proxy("https://api", ["HTTPS_PROXY": value]) }
  }

  @Test func theKubeconfigsProxyWins() throws {
    func discover(_ cluster: String) throws -> ProxyOptions? {
      let text =
        "clusters: [{name: x, cluster: {server: 'https://a'\(cluster)}}]\ncontexts: [{name: c, context: {cluster: x}}]"
      return try ClusterConfiguration.discover(
        kubeconfig: "/f", context: "c", environment: Self.variables, read: Files.reader(["/f": text])
      ).proxy
    }
    #expect(try discover(", proxy-url: 'https://mine:1'") == ProxyOptions(url: "https://mine:1"))
    #expect(try discover("")?.url == "http://u:p@secure:3128")
  }
}
