// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// Runs a release's executable and keeps what it leaves behind; `make record-release`.
@main
struct RecordRelease: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record-release", abstract: "Record the state that a release of the operator leaves behind.",
    discussion: """
      Runs the executable of a release against an API server in memory until its objects are settled, ends it as Kubernetes \
      does, and writes every object that is there then, one a line. With --from it begins with such a record instead of an \
      empty cluster, and prints what the release changed of it: the way to a release, or back from it.
      """)

  @Option(name: .customLong("operator"), help: "The executable of the release.")
  var executable: String

  @Option(help: "The CustomResourceDefinition of the release; with --from, applied over the one of the record.")
  var crd: String?

  @Option(help: "A record to begin with.")
  var from: String?

  @Option(help: "Where to write the record.")
  var output: String?

  func validate() throws {
    if crd == nil, from == nil { throw ValidationError("--crd is missing: an empty cluster has no definition to keep") }
  }

  func run() async throws {
    let scene = try await Scene(definition: try crd.map(TextFile.read), record: try from.map(TextFile.read))
    let result = try await scene.play(executable)
    if let output { try TextFile.write(output, result.record) }
    for line in result.changes { print(line) }
  }
}
