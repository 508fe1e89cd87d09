// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command line of the development cluster.
@main
struct DevClusterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devcluster",
    abstract: "A Kubernetes API server in memory, with sample nodes, to try the operator out.",
    subcommands: [RunCommand.self, ApplyCommand.self, WaitCommand.self])
}
