// SPDX-License-Identifier: Apache-2.0

import Glibc
import ProcessSupport
import Testing

@Suite struct UnreachableServerTests {
  /// How many requests must have failed until it is believed that a cause is told once.
  private static let failures = 4.0

  @Test func isToldOnceAndOutlived() async throws {
    let folder = try TemporaryFolder()
    // Port 1 is reserved and refused.
    let file = try folder.write("kubeconfig", Self.kubeconfig(server: "http://127.0.0.1:1"))
    try await expectToldOnce(file, cause: ["127.0.0.1:1", "refused"])
  }

  @Test(.enabled(if: access(Certificates.openssl, X_OK) == 0, "there is no /usr/bin/openssl"))
  func ofAnotherAuthorityIsToldOnceAndOutlived() async throws {
    let certificates = try await Certificates()
    let server = try ChildProcess(
      Certificates.openssl,
      [
        "s_server", "-accept", "0", "-www", "-cert", certificates.certificate("server"), "-key",
        certificates.key("server"),
      ])
    defer { server.signal(SIGKILL) }
    let line = try await server.output.waitForLine(containing: "ACCEPT")
    let port = try #require(line.split(separator: ":").last.flatMap { Int($0) }, "\(line)")
    let file = try certificates.folder.write(
      "kubeconfig",
      Self.kubeconfig(
        server: "https://127.0.0.1:\(port)", extra: "certificate-authority: \(certificates.certificate("other"))"))
    try await expectToldOnce(file, cause: ["127.0.0.1:\(port)", "certificate"])
  }

  private func expectToldOnce(_ kubeconfig: String, cause: [String]) async throws {
    let path = try Executable.path()
    try await OperatorProcess.run(path, ["run", "--kubeconfig", kubeconfig, "--listen", "127.0.0.1:0"]) { running in
      let line = try await running.process.errors.waitForLine(containing: "API server unavailable")
      for part in cause { #expect(line.contains(part), "\"\(part)\" is not in \(line)") }
      try await eventually("\(Self.failures) requests have failed", state: { running.process.errors.text }) {
        try await running.metric("rest_client_requests_total") >= Self.failures ? true : nil
      }
      let told = running.process.errors.all.filter { $0.contains("unavailable") || $0.contains("WARN") }
      #expect(told == [line])
      let readiness = try await running.get("/readyz")
      #expect(readiness.status == 500)
      #expect(readiness.body.contains("caches-synced"), "\(readiness.body)")
      #expect(try await running.get("/healthz").status == 200)
      #expect(running.process.ending == nil)
      #expect(try await running.terminate(within: .seconds(15)) == .exit(0))
      #expect(!running.process.errors.text.contains("not-to-be-seen"))
    }
  }

  private static func kubeconfig(server: String, extra: String = "insecure-skip-tls-verify: false") -> String {
    """
    current-context: here
    clusters: [{name: one, cluster: {server: "\(server)", \(extra)}}]
    contexts: [{name: here, context: {cluster: one, user: me}}]
    users: [{name: me, user: {token: not-to-be-seen}}]

    """
  }
}

/// Two certificates that know nothing of each other.
private struct Certificates {
  static let openssl = "/usr/bin/openssl"
  let folder: TemporaryFolder

  init() async throws {
    folder = try TemporaryFolder()
    for name in ["server", "other"] {
      let process = try ChildProcess(
        Self.openssl,
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
          "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate(name), "-keyout",
          key(name),
        ])
      try #require(try await process.waitForEnd() == .exit(0), "\(process.errors.text)")
    }
  }

  func certificate(_ name: String) -> String { "\(folder.path)/\(name).crt" }
  func key(_ name: String) -> String { "\(folder.path)/\(name).key" }
}
