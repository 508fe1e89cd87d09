// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import ProcessSupport
import Testing

@Suite struct VersionTests {
  @Test("version names the release, the pinned agent, and each library within with the version that it reports")
  func namesTheLibraries() async throws {
    let (ending, output, errors) = try await Executable.run(["version"])
    #expect(ending == .exit(0))
    #expect(errors == [])
    let lines = output.split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(2) == ["observability-operator \(DefaultImages.release)", "node-agent \(DefaultImages.nodeAgent)"])
    let libraries = lines.dropFirst(2)
    #expect(
      libraries.map { $0.split(separator: " ")[0] } == ["libcurl", "OpenSSL", "zlib", "libyaml"], "\(output)")
    for line in libraries { #expect(line.contains(/^\S+ \d+\.\d+(\.\d+)?\S*$/), "\(line)") }
  }

  @Test("Scripts read the same release that the program reports")
  func scriptsReadTheRelease() async throws {
    let script = try ChildProcess("/bin/bash", [Samples.root + "/.ci/version.sh"])
    #expect(try await script.waitForEnd() == .exit(0))
    #expect(script.output.text == DefaultImages.release + "\n")
  }
}
