// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore
import Testing

@testable import KubernetesClient

@Suite struct CredentialPluginTests {
  private static let files = ["/home/me/config": "", "/home/me/ca.crt": Files.certificate]

  private func configuration(_ exec: String, _ user: String = "") throws(ConfigurationError) -> ClusterConfiguration {
    var files = Self.files
    files["/home/me/config"] = """
      clusters:
      - name: x
        cluster:
          server: https://api:6443/
          certificate-authority: ca.crt
          tls-server-name: api.dev
          proxy-url: http://proxy:1
          extensions:
          - {name: other, extension: {a: 1}}
          - {name: client.authentication.k8s.io/exec, extension: {audience: us}}
      users: [{name: me, user: {exec: {\(exec)}\(user)}}]
      contexts: [{name: c, context: {cluster: x, user: me}}]
      """
    return try ClusterConfiguration.discover(
      kubeconfig: "/home/me/config", context: "c", environment: [:], read: Files.reader(files))
  }

  @Test func allFields() throws {
    let exec = """
      apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, args: [get, token], interactiveMode: IfAvailable,
      installHint: "get it from example.com", env: [{name: A, value: a}, {name: A, value: b}], provideClusterInfo: true
      """
    let cluster: JSONObject = [
      "server": "https://api:6443", "tls-server-name": "api.dev", "proxy-url": "http://proxy:1",
      "certificate-authority-data": .string(Base64.encode(Files.certificate.utf8)), "config": ["audience": "us"],
    ]
    #expect(
      try configuration(exec).credentials
        == .plugin(
          CredentialPlugin(
            version: .v1, command: "/home/me/./bin/login", arguments: ["get", "token"], environment: ["A": "b"],
            installHint: "get it from example.com", cluster: cluster)))
  }

  @Test func fewestFields() throws {
    let beta = "apiVersion: client.authentication.k8s.io/v1beta1, command: login"
    #expect(try configuration(beta).credentials == .plugin(CredentialPlugin(version: .v1beta1, command: "login")))
    // What stands beside it needs no plugin.
    #expect(try configuration(beta, ", token: t").credentials == .token("t"))
  }

  @Test(arguments: [
    ("command: a", "apiVersion: use client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1"),
    ("command: a, apiVersion: client.authentication.k8s.io/v1alpha1", "v1alpha1 is not supported; use client."),
    ("apiVersion: client.authentication.k8s.io/v1", "command: a program is needed"),
    ("V1, command: a", "interactiveMode: use Never or IfAvailable"),
    ("V1, command: a, interactiveMode: Sometimes", "interactiveMode: use Never or IfAvailable"),
    ("V1, command: a, interactiveMode: Always", "interactiveMode: Always: there is no terminal here"),
    ("V1, command: a, interactiveMode: Never, args: b", "args: expected array, found string"),
    ("V1, command: a, interactiveMode: Never, args: [1]", "args[0]: expected string, found integer"),
    ("V1, command: a, interactiveMode: Never, env: b", "env: expected array, found string"),
    ("V1, command: a, interactiveMode: Never, env: [{value: b}]", "env[0].name: the name of a variable is needed"),
    ("V1, command: a, interactiveMode: Never, env: [{name: b=c, value: d}]", "env[0].name: the name of a variable"),
    ("V1, command: a, interactiveMode: Never, env: [{name: b, value: 5}]", "env[0].value: a text is needed"),
    ("V1, command: a, interactiveMode: Never, args: [\"a\\0\"]", "exec: a NUL is in the command or in args"),
    ("V1, command: a, interactiveMode: Never, provideClusterInfo: 1", "provideClusterInfo: expected boolean"),
  ])
  func mistakes(_ exec: String, _ cause: String) {
    do throws(ConfigurationError) {
      _ = try configuration(exec.replacing("V1", with: "apiVersion: client.authentication.k8s.io/v1"))
      Issue.record("expected an error")
    } catch {
      #expect(error.description.hasPrefix("/home/me/config: users[0].user.exec"), "\(error)")
      #expect(error.description.contains(cause), "\(error)")
    }
  }

  @Test func environment() {
    let plugin = CredentialPlugin(
      version: .v1beta1, command: "a", environment: ["B": "ours", "C": "=x"], cluster: ["server": "https://a"])
    let info =
      #"{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","#
      + #""spec":{"cluster":{"server":"https://a"},"interactive":false}}"#
    #expect(
      plugin.environment(inherited: ["A=1", "B=2", "BB=3", "KUBERNETES_EXEC_INFO=x"]) == [
        "A=1", "BB=3", "B=ours", "C==x", "KUBERNETES_EXEC_INFO=\(info)",
      ])
    #expect(CredentialPlugin(command: "a").executionInfo.hasSuffix(#""spec":{"interactive":false}}"#))
  }
}

@Suite struct PluginCredentialTests {
  private func parse(_ status: String) throws(PluginCredential.Mistake) -> PluginCredential {
    let text =
      #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{},"status":\#(status)}"#
    return try PluginCredential(Array(text.utf8), .v1)
  }

  private static let certificate = Files.certificate.replacing("\n", with: "\\n")
  private static let key = Files.key.replacing("\n", with: "\\n")

  @Test func tokensAndCertificates() throws {
    #expect(
      try parse(#"{"token":"t","expirationTimestamp":"2026-01-02T03:04:05Z"}"#)
        == PluginCredential(token: "t", expiration: Timestamp(rfc3339: "2026-01-02T03:04:05Z")))
    let pair = KeyPair(certificate: Array(Files.certificate.utf8), key: Array(Files.key.utf8))
    #expect(
      try parse(#"{"token":"","clientCertificateData":"\#(Self.certificate)","clientKeyData":"\#(Self.key)"}"#)
        == PluginCredential(keyPair: pair))
  }

  @Test(arguments: [
    ("5", "no status"), ("null", "no status"), ("{}", "neither status.token nor status.clientCertificateData"),
    (#"{"token":5}"#, "status.token: expected string, found integer"),
    (#"{"token":"secret\n"}"#, "status.token: a space, a line break or the like is in it"),
    (#"{"token":"secret","token":"secret"}"#, "not JSON (line 1, column "),
    (#"{"token":"secret","expirationTimestamp":"secret"}"#, "status.expirationTimestamp: not an RFC 3339 time"),
    (#"{"clientCertificateData":"secret"}"#, "status.clientCertificateData and status.clientKeyData need each other"),
    (#"{"clientCertificateData":"secret","clientKeyData":"secret"}"#, "clientCertificateData: not a PEM certificate"),
    (
      #"{"clientCertificateData":"\#(certificate)","clientKeyData":"secret"}"#,
      "status.clientKeyData: not a PEM private key"
    ),
  ])
  func mistakes(_ status: String, _ cause: String) {
    do throws(PluginCredential.Mistake) {
      _ = try parse(status)
      Issue.record("expected a mistake")
    } catch {
      #expect(error.cause.contains(cause), "\(error)")
      #expect(!error.cause.contains("secret"), "\(error)")
    }
  }

  @Test(arguments: [
    ("secret", "not JSON"), ("{}", "no ExecCredential"), (#"{"kind":"ExecCredential"}"#, "another apiVersion"),
    (#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}"#, "another apiVersion"),
    (String(repeating: " ", count: 2 << 20) + "{}", "not JSON"),
  ])
  func otherOutput(_ output: String, _ cause: String) {
    #expect {
      try PluginCredential(Array(output.utf8), .v1)
    } throws: { error in
      let mistake = error as? PluginCredential.Mistake
      return mistake?.cause.contains(cause) == true && mistake?.cause.contains("secret") == false
    }
  }

  @Test func credentialsEnd() {
    var state = CredentialState()
    let end = Timestamp(secondsSinceEpoch: 1000)
    #expect(state.fresh(now: end) == nil && state.lastResort(now: end) == nil)
    let credential = PluginCredential(token: "t", expiration: end)
    state.told(credential)
    func at(_ seconds: Int64) -> Timestamp { Timestamp(secondsSinceEpoch: seconds) }
    #expect(state.fresh(now: at(989)) == credential && state.fresh(now: at(990)) == nil)
    #expect(state.lastResort(now: at(999)) == credential && state.lastResort(now: at(1000)) == nil)
    state.refused(generation: state.generation - 1)
    #expect(state.fresh(now: at(1)) == credential)
    state.refused(generation: state.generation)
    #expect(state.fresh(now: at(1)) == nil && state.lastResort(now: at(1)) == nil)
    state.told(PluginCredential(token: "u"))
    #expect(state.fresh(now: at(.max / 2)) != nil)
  }
}
