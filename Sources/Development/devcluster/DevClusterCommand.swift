// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command line of the development cluster.
@main
struct DevClusterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devcluster",
    abstract: "A Kubernetes API server in memory, with sample nodes, to try the operator out.",
    discussion: """
      It answers as kube-apiserver 1.36 does, but evaluates no CEL: what the rules of a definition would refuse is \
      accepted, and the log says for which types. It calls no webhooks and runs no pods.
      """,
    subcommands: [RunCommand.self, ApplyCommand.self, WaitCommand.self])
}
