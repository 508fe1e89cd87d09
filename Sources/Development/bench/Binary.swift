// SPDX-License-Identifier: Apache-2.0

import Glibc
import ProcessSupport

/// What the executable is on disk, and what the loader adds to it.
struct Binary {
  /// With its symbols.
  let executable: String
  /// The same without.
  let stripped: String

  /// What would add tens of megabytes, most of it tables of ICU: as libraries, and as modules linked in.
  private static let unwantedLibraries = [
    "libFoundation.so", "libFoundationNetworking", "libFoundationInternationalization", "_FoundationICU",
  ]
  private static let unwantedModules = [
    "$s10Foundation", "$s20FoundationNetworking", "$s32FoundationInternationalization", "$s14_FoundationICU",
  ]

  func measure() async throws -> [Figure] {
    var status = stat()
    guard stat(stripped, &status) == 0 else { throw Unmeasured("there is no \(stripped)") }
    let libraries = try await Self.output(of: "/usr/bin/ldd", [executable])
    let heavy = libraries.filter { line in Self.unwantedLibraries.contains { line.contains($0) } }
    let symbols = try await Self.output(of: "/usr/bin/nm", [executable])
    guard symbols.count > 1000 else {
      throw Unmeasured("nm finds no symbols in \(executable); it must not be stripped")
    }
    let modules = symbols.filter { line in Self.unwantedModules.contains { line.contains($0) } }
    let essentials = symbols.contains { $0.contains("$s20FoundationEssentials") }
    let needed = libraries.count { $0.contains(".so") && !$0.contains("linux-vdso") }
    return [
      .size("size of the stripped executable", Int(status.st_size), aim: 15),
      Figure(name: "shared libraries that it needs", value: "\(needed)").aiming("= 0", isReached: needed == 0),
      .count("libraries of Foundation with ICU or networking", heavy.count, atMost: 0),
      .count("symbols of Foundation with ICU or networking", modules.count, atMost: 0),
      Figure(name: "FoundationEssentials linked in", value: essentials ? "yes" : "no"),
    ]
  }

  /// Copies an executable without its symbols: what ships, and of which more or less is mapped than of the larger file.
  ///
  /// - Returns: the path of the copy.
  static func strip(_ executable: String, into folder: TemporaryFolder) async throws -> String {
    let copy = try folder.write("observability-operator", "")
    try await output(of: "/usr/bin/strip", ["-o", copy, executable])
    guard chmod(copy, 0o755) == 0 else { throw Unmeasured("\(copy) cannot be made executable") }
    return copy
  }

  @discardableResult
  private static func output(of tool: String, _ arguments: [String]) async throws -> [String] {
    let process = try ChildProcess(tool, arguments)
    guard try await process.waitForEnd() == .exit(0) else { throw Unmeasured("\(tool): \(process.errors.text)") }
    return process.output.all
  }
}
