// SPDX-License-Identifier: Apache-2.0

import Glibc
import Harness
import ProcessSupport
import Testing

/// What a running operator serves under `/metrics`, read by Prometheus' own checker.
///
/// The checker is asked for by `PROMTOOL`, its path, or simply by being installed. Asked for and not there is a failure.
@Suite struct ExpositionTests {
  private static let tool = getenv("PROMTOOL").map { String(cString: $0) } ?? "/usr/bin/promtool"
  private static let isAskedFor = getenv("PROMTOOL") != nil || access(tool, X_OK) == 0

  @Test(.enabled(if: isAskedFor, "there is no /usr/bin/promtool; name one with PROMTOOL"))
  func promtoolFindsNothingAmiss() async throws {
    try #require(access(Self.tool, X_OK) == 0, "PROMTOOL is \(Self.tool), which cannot be run")
    let path = try Executable.path()
    try await ServedCluster.serve(TestCluster()) { served in
      try await OperatorProcess.run(path, served.arguments) { running in
        try await running.waitForReadiness()
        try await served.cluster.apply(TestCluster.object())
        try await served.cluster.wait(condition: "Ready")
        try await eventually("the metrics of the object are exported", state: { running.process.errors.text }) {
          try await running.get("/metrics").body.contains(#"type="Ready",status="True"} 1"#) ? true : nil
        }
        let text = try await running.get("/metrics").body
        for name in ["observability_agents{", "observability_backend_up{", "observability_child_writes_total{"] {
          #expect(text.contains(name), "\(name)")
        }
        #expect(text.contains("controller_runtime_reconcile_total{"))
        let folder = try TemporaryFolder()
        let file = try folder.write("metrics.txt", text)
        let checker = try ChildProcess("/bin/sh", ["-c", "exec \"$0\" check metrics < \"$1\"", Self.tool, file])
        let ending = try await checker.waitForEnd()
        #expect(ending == .exit(0), "\(checker.output.text)\(checker.errors.text)")
      }
    }
  }
}
