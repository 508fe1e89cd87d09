// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import KubernetesClient

@Suite struct PluginRunTests {
  private func run(_ script: String, hint: String? = nil, deadline: Duration = .seconds(60)) async -> PluginFailure? {
    let plugin = CredentialPlugin(command: "/bin/sh", arguments: ["-c", script], installHint: hint)
    do throws(PluginFailure) { _ = try await PluginRun.run(plugin, deadline: deadline) } catch { return error }
    return nil
  }

  @Test func aPluginIsAskedAndAnswers() async throws {
    let script = #"""
      case "$KUBERNETES_EXEC_INFO" in *'"server":"https://a"'*) ;; *) exit 9;; esac
      echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$NAME'"}}'
      """#
    let plugin = CredentialPlugin(
      command: "sh", arguments: ["-c", script], environment: ["NAME": "t0k3n"], cluster: ["server": "https://a"])
    #expect(try await PluginRun.run(plugin) == PluginCredential(token: "t0k3n"))
  }

  @Test func failuresSayWhy() async {
    #expect(
      await run("echo secret; echo 'no way:\n\n  log in' >&2; exit 7")
        == .failed("credential plugin /bin/sh: it ended with exit code 7; it says: no way: log in"))
    #expect(await run("exit 7") == .failed("credential plugin /bin/sh: it ended with exit code 7"))
    #expect(await run("kill -KILL $$") == .failed("credential plugin /bin/sh: signal 9 ended it"))
    #expect(await run("echo secret") == .failed("credential plugin /bin/sh: its output is not JSON (line 1, column 1)"))
    #expect(
      await run("sleep 1000", deadline: .seconds(1))
        == .failed("credential plugin /bin/sh: it did not end within 1 s"))
    #expect(
      await run("cat /dev/zero") == .failed("credential plugin /bin/sh: it wrote more than the 1048576 bytes accepted"))
    guard case .failed(let long)? = await run("head -c 9000 /dev/zero | tr '\\0' x >&2; exit 1") else { return }
    #expect(long.utf8.count < 500 && long.contains("it says: …xxx"))
  }

  @Test func whoLacksThePluginIsToldWhereItIs() async {
    let plugin = CredentialPlugin(command: "/nowhere/login", installHint: "get it:\n  https://example.com/<os>")
    await #expect(
      throws: PluginFailure.failed(
        "credential plugin /nowhere/login: it cannot be started: no such program; get it: https://example.com/<os>")
    ) { try await PluginRun.run(plugin) }
    let denied = CredentialPlugin(command: "/etc/passwd")
    await #expect(
      throws: PluginFailure.failed("credential plugin /etc/passwd: it cannot be started: permission denied")
    ) { try await PluginRun.run(denied) }
  }
}
