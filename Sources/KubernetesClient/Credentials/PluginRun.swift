// SPDX-License-Identifier: Apache-2.0

import CleanText
import Glibc
import JSON

/// Why a credential plugin told nothing that can be used.
enum PluginFailure: Error, Hashable {
  case cancelled
  /// In words, with the plugin's name, without anything that it wrote to its standard output.
  case failed(String)
}

/// One run of a credential plugin, from its start to a credential or to words about what went wrong.
enum PluginRun {
  /// How long a plugin may take. client-go waits for ever; without a terminal there is nobody to wait for.
  static let deadline = Duration.seconds(60)

  static func run(_ plugin: CredentialPlugin) async throws(PluginFailure) -> PluginCredential {
    try await run(plugin, deadline: deadline)
  }

  static func run(_ plugin: CredentialPlugin, deadline: Duration) async throws(PluginFailure) -> PluginCredential {
    let report = await Subprocess.run(
      Subprocess.Command(
        arguments: [plugin.command] + plugin.arguments,
        environment: plugin.environment(inherited: Subprocess.inheritedEnvironment()),
        outputLimit: PluginCredential.limits.bytes, deadline: deadline))
    return try credential(plugin, report, deadline: deadline)
  }

  /// What a run of the plugin comes to.
  static func credential(
    _ plugin: CredentialPlugin, _ report: Subprocess.Report, deadline: Duration
  ) throws(PluginFailure) -> PluginCredential {
    let cause: String
    switch report.end {
    case .exited(0):
      do throws(PluginCredential.Mistake) {
        return try PluginCredential(report.output, plugin.version)
      } catch {
        cause = error.cause
      }
    case .exited(let code): cause = "it ended with exit code \(code)"
    case .signalled(let signal): cause = "signal \(signal) ended it"
    case .timedOut: cause = "it did not end within \(deadline.components.seconds) s"
    case .wroteTooMuch: cause = "it wrote more than the \(PluginCredential.limits.bytes) bytes accepted"
    case .cancelled: throw .cancelled
    case .notStarted(let code):
      let reason = code == ENOENT ? "no such program" : String(cString: strerror(code)).lowercased()
      let hint = plugin.installHint.map { $0.cleaned(bytes: 400) } ?? ""
      throw .failed("\(plugin): it cannot be started: \(reason)" + (hint.isEmpty ? "" : "; \(hint)"))
    }
    // Programs say last what went wrong.
    let said = String(decoding: report.errors, as: UTF8.self).cleaned(bytes: .max).boundedAtStart(bytes: 400)
    throw .failed("\(plugin): \(cause)" + (said.isEmpty ? "" : "; it says: \(said)"))
  }
}
