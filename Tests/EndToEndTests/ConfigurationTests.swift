// SPDX-License-Identifier: Apache-2.0

import ProcessSupport
import Testing

@Suite struct ConfigurationTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var kubeconfig: String?
    var arguments: [String] = []
    var environment: [String: String] = [:]
    /// What the one line must contain, beside the name of the file if there is a kubeconfig.
    var parts: [String]
  }

  private static func kubeconfig(
    server: String = "https://127.0.0.1:1", cluster: String = "", user: String = "token: not-to-be-seen"
  ) -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: here
    clusters:
    - name: one
      cluster: {server: "\(server)"\(cluster)}
    contexts:
    - name: here
      context: {cluster: one, user: me}
    users:
    - name: me
      user: {\(user)}

    """
  }

  static let refusals: [Refusal] = [
    Refusal(
      testDescription: "no kubeconfig", arguments: ["--kubeconfig", "/nowhere/config"],
      parts: ["/nowhere/config", "no such file", "set KUBECONFIG"]),
    Refusal(
      testDescription: "no kubeconfig by the environment", environment: ["KUBECONFIG": "/nowhere/config"],
      parts: ["/nowhere/config", "KUBECONFIG"]),
    Refusal(
      testDescription: "nothing that names a cluster", environment: ["HOME": "/nowhere"],
      parts: ["/nowhere/.kube/config", "set KUBECONFIG"]),
    Refusal(
      testDescription: "not YAML", kubeconfig: "clusters: [\nusers",
      parts: ["not YAML", "line ", "column ", "check the indentation"]),
    Refusal(
      testDescription: "another document", kubeconfig: "kind: Pod\n", parts: ["not a kubeconfig", "clusters, users"]),
    Refusal(
      testDescription: "no such context", kubeconfig: kubeconfig(), arguments: ["--context", "there"],
      parts: ["no context there", "it has here"]),
    Refusal(
      testDescription: "a certificate authority that is not there",
      kubeconfig: kubeconfig(cluster: ", certificate-authority: missing.crt"),
      parts: [
        "clusters[0].cluster.certificate-authority", "/missing.crt", "no such file",
        "name a file with a PEM certificate",
      ]),
    Refusal(
      testDescription: "a certificate authority that is none",
      kubeconfig: kubeconfig(cluster: ", certificate-authority: kubeconfig"),
      parts: ["clusters[0].cluster.certificate-authority", "not a PEM certificate"]),
    Refusal(
      testDescription: "a certificate that is not there",
      kubeconfig: kubeconfig(user: "client-certificate: me.crt, client-key: me.key"),
      parts: ["users[0].user.client-certificate", "/me.crt", "no such file"]),
    Refusal(
      testDescription: "a proxy of another kind",
      kubeconfig: kubeconfig(cluster: ", proxy-url: \"socks5://me:not-to-be-seen@proxy\""),
      parts: ["clusters[0].cluster.proxy-url", "socks5 proxies are not supported", "use an http or https proxy"]),
    Refusal(
      testDescription: "a credential plugin that needs a terminal",
      kubeconfig: kubeconfig(
        user: "exec: {apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: Always}"),
      parts: ["users[0].user.exec.interactiveMode", "there is no terminal here"]),
    Refusal(
      testDescription: "a server without a host", kubeconfig: kubeconfig(server: "http://"),
      parts: ["clusters[0].cluster.server", "the URL has no host"]),
    Refusal(
      testDescription: "a server with a port that is none", kubeconfig: kubeconfig(server: "https://a:99999999"),
      parts: ["clusters[0].cluster.server", "the port is not a number from 1 to 65535"]),
    Refusal(
      testDescription: "a server with a line break in its path", kubeconfig: kubeconfig(server: #"https://a/\r\nX: y"#),
      parts: ["clusters[0].cluster.server", "https://a/ X: y"]),
    Refusal(
      testDescription: "a context with an escape character in its name",
      kubeconfig: kubeconfig().replacing("current-context: here", with: #"current-context: "\e[2Jthere""#),
      parts: ["no context [2Jthere", "it has here"]),
    Refusal(
      testDescription: "a pipe in place of a kubeconfig", arguments: ["--kubeconfig", "/dev/stdin"],
      parts: ["/dev/stdin", "is not a regular file"]),
    Refusal(
      testDescription: "an address that is none", kubeconfig: kubeconfig(), arguments: ["--listen", "here"],
      parts: ["\"here\"", "host:port"]),
    Refusal(
      testDescription: "a level that is none", kubeconfig: kubeconfig(), arguments: ["--log-level", "loud"],
      parts: ["--log-level loud", "debug, info"]),
    Refusal(
      testDescription: "a namespace of the Lease that is none", kubeconfig: kubeconfig(),
      arguments: ["--listen", "127.0.0.1:0", "--lease-namespace", "a\u{1B}[2J/.."],
      parts: ["--lease-namespace", "a [2J/..", "such as cozy-observability"]),
    Refusal(
      testDescription: "a pod's namespace that is none", kubeconfig: kubeconfig(),
      arguments: ["--listen", "127.0.0.1:0"], environment: ["POD_NAMESPACE": "A"],
      parts: ["POD_NAMESPACE A", "such as cozy-observability"]),
    Refusal(
      testDescription: "no workers", kubeconfig: kubeconfig(),
      arguments: ["--listen", "127.0.0.1:0", "--workers", "0"], parts: ["--workers 0", "1 to "]),
    Refusal(
      testDescription: "workers that are no number", kubeconfig: kubeconfig(),
      arguments: ["--listen", "127.0.0.1:0"], environment: ["OPERATOR_WORKERS": "many"],
      parts: ["OPERATOR_WORKERS", "many", "1 to "]),
  ]

  @Test(arguments: refusals)
  func refusesToRunWithOneLine(_ refusal: Refusal) async throws {
    let folder = try TemporaryFolder()
    var arguments = ["run"] + refusal.arguments
    if let text = refusal.kubeconfig {
      arguments += ["--kubeconfig", try folder.write("kubeconfig", text)]
    }
    let result = try await Executable.run(arguments, environment: refusal.environment)
    #expect(result.ending == .exit(2))
    #expect(result.output == "")
    #expect(result.errors.count == 1, "\(result.errors)")
    for part in refusal.parts {
      #expect(result.errors.first?.contains(part) == true, "\"\(part)\" is not in \(result.errors)")
    }
    #expect(!result.errors.joined().contains("not-to-be-seen"))
    #expect(!result.errors.joined().unicodeScalars.contains { $0.properties.generalCategory == .control })
    // What is said of a file names it; options are named by themselves.
    if refusal.kubeconfig != nil, refusal.arguments.isEmpty || refusal.arguments.first == "--context",
      refusal.environment.isEmpty
    {
      #expect(result.errors.first?.hasPrefix("\(folder.path)/kubeconfig: ") == true, "\(result.errors)")
    }
  }

  @Test func refusesAnAddressThatIsTaken() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("kubeconfig", Self.kubeconfig())
    let path = try Executable.path()
    try await OperatorProcess.run(path, ["run", "--kubeconfig", file, "--listen", "127.0.0.1:0"]) { first in
      let address = try await first.address()
      let result = try await Executable.run(["run", "--kubeconfig", file, "--listen", address])
      #expect(result.ending == .exit(2))
      #expect(result.errors.count == 1, "\(result.errors)")
      #expect(result.errors.first?.contains("cannot listen on \(address)") == true, "\(result.errors)")
    }
  }
}
