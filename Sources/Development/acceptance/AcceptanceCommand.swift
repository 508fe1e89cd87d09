// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import KubernetesClient
import UnixSignals

/// Puts the whole product to an API server; `make acceptance`.
@main
struct AcceptanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acceptance", abstract: "Check the product against the API server that a kubeconfig names.",
    discussion: """
      Installs config/default, runs the operator, checks what it promises, and leaves the cluster as it was, also after a \
      failure or Ctrl-C. Refuses a cluster that has an Observability. Ends with 0 if nothing failed, 1 if something did, \
      2 if nothing could be tried, 130 if it was interrupted.
      """)

  @Option(help: "A kubeconfig whose user may do everything; else those that KUBECONFIG lists.")
  var kubeconfig: String?

  @Option(help: "The context of the kubeconfig; else its current-context.")
  var context: String?

  @Option(name: .customLong("operator"), help: "The operator's executable.")
  var executable: String

  @Option(help: "A file with lines host:port=host:port: where Services are reached from here.")
  var backendAddressMap: String?

  @Option(help: "The repository.")
  var root = "."

  @Option(
    name: .customLong("only"), parsing: .upToNextOption,
    help: "Groups of checks to run, as the report names them; else all.")
  var groups: [String] = []

  @Option(help: "How many seconds to wait for a state.")
  var patience = 60

  @Flag(help: "Use the operator that the Deployment runs in the cluster, not a process of this machine.")
  var deployed = false

  @Flag(help: "Stand in for nodes and a metrics backend where there are none.")
  var standIn = false

  func validate() throws {
    guard (1...3600).contains(patience) else { throw ValidationError("--patience takes 1 to 3600, not \(patience)") }
  }

  func run() async throws {
    let cluster: ClusterConfiguration
    do {
      cluster = try ClusterConfiguration.discover(kubeconfig: kubeconfig, context: context)
    } catch {
      Self.tell("nothing was checked: \(error)")
      throw ExitCode(2)
    }
    let settings = Settings(
      cluster: cluster, root: root,
      executable: executable, backendAddressMap: backendAddressMap, isDeployed: deployed, mayStandIn: standIn,
      groups: Set(groups), patience: .seconds(patience))
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let work = Task { await Acceptance(settings: settings, tell: Self.tell).run() }
    let interrupting = Task {
      var count = 0
      for await _ in signals {
        count += 1
        work.cancel()
        Self.tell(
          count == 1 ? "interrupted: cleaning up" : "still cleaning up; kill -9 leaves the cluster as it is now")
      }
    }
    let code = await work.value
    interrupting.cancel()
    guard code == 0 else { throw ExitCode(code) }
  }

  /// Prints a line at once, also where the output is no terminal.
  @Sendable private static func tell(_ line: String) {
    print(line)
    fflush(nil)
  }
}
