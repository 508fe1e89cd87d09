// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// Writes every file of the repository that is made from code, or checks that they are as the code would make them.
@main
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the files that are generated from the code: the CRD, the roles, the charts, the documentation.")

  @Flag(help: "Write nothing; end with 1 and name the files that are not up to date.")
  var check = false

  @Option(help: "The top of the repository.")
  var root = "."

  func run() throws {
    // The charts are made from manifests that carry the release.
    let stale =
      try bringUpToDate(ReleaseStamp.files { GeneratedFile.read("\(root)/\($0)") })
      + bringUpToDate(GeneratedFile.all(root: root))
    guard stale.isEmpty else {
      print("not up to date, run make generate: \(stale.joined(separator: ", "))")
      throw ExitCode(1)
    }
  }

  /// Writes the files that differ; with ``check`` returns their paths instead.
  private func bringUpToDate(_ files: [GeneratedFile]) throws -> [String] {
    var stale: [String] = []
    for file in files where GeneratedFile.read("\(root)/\(file.path)") != file.text {
      if check {
        stale.append(file.path)
      } else {
        try write(file)
        print("wrote \(file.path)")
      }
    }
    return stale
  }

  private func write(_ file: GeneratedFile) throws {
    guard let stream = fopen("\(root)/\(file.path)", "w") else {
      throw ValidationError("\(file.path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(stream) }
    let bytes = Array(file.text.utf8)
    guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else {
      throw ValidationError("\(file.path): cannot be written in full")
    }
  }
}
