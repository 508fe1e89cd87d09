// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ObservabilityAPI

@main
struct OperatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "observability-operator",
    abstract: "Turns Observability objects into running node-agents.",
    version: DefaultImages.release,
    subcommands: [RunCommand.self, RenderCommand.self, PreflightCommand.self, VersionCommand.self])
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the operator's version and the images it pins.")

  func run() {
    print("observability-operator \(DefaultImages.release)")
    print("node-agent \(DefaultImages.nodeAgent)")
  }
}
