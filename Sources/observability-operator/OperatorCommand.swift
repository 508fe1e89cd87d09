// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import HTTPTransport
import ObservabilityAPI
import YAML

@main
struct OperatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "observability-operator",
    abstract: "Turns Observability objects into running node-agents.",
    version: DefaultImages.release,
    subcommands: [
      RunCommand.self, CheckCommand.self, RenderCommand.self, ImagesCommand.self, PreflightCommand.self,
      VersionCommand.self,
    ])

  /// Runs the command. A wrong command line ends with 2, as input that is refused does, and not with the 64 of
  /// ArgumentParser.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      complain(fullMessage(for: error))
      Glibc.exit(2)
    }
  }
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Print the versions of the operator, its libraries and the node-agent; images prints all images.",
    discussion: "The libraries say their versions themselves, as this process has loaded them or has them linked in.")

  func run() {
    print("observability-operator \(DefaultImages.release)")
    print("node-agent \(DefaultImages.nodeAgent)")
    let libraries = CurlTransport.libraries + [(name: "libyaml", version: YAMLDecoder.libraryVersion)]
    for library in libraries { print("\(library.name) \(library.version)") }
  }
}
