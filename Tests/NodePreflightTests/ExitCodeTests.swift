// SPDX-License-Identifier: Apache-2.0

import Glibc
import ObservabilityAPI
import Testing

@testable import NodePreflight
@testable import Rendering

@Suite struct ExitCodeTests {
  /// The numbers are a promise; a change here breaks whoever reads them.
  @Test func theNumbersStay() {
    #expect(ExitCode.allCases.map(\.rawValue) == [0, 2, 10, 11, 12, 20, 21, 22, 23, 24, 25])
    let names = ExitCode.allCases.compactMap { $0.ineligibility?.name }
    #expect(
      names == [
        "KernelTooOld", "KernelLockedDown", "TracefsUnavailable", "TaskstatsUnavailable", "ConntrackUnavailable",
        "ContainerRuntimeNotFound",
      ])
  }

  @Test func everyReasonOfANodeHasItsNumberOrIsFoundElsewhere() {
    let elsewhere: [IneligibilityReason] = [
      .unsupportedOperatingSystem, .unsupportedArchitecture, .excluded, .agentExits,
    ]
    for reason in IneligibilityReason.all {
      let code = ExitCode(reason)
      #expect((code == nil) == elsewhere.contains(reason), "\(reason.name)")
      #expect(code.map { $0.rawValue >= 20 && $0.ineligibility == reason } ?? true)
    }
  }

  @Test func thePageHasTheTableOfTheCode() throws {
    let rows = ExitCode.allCases.map { code in
      "| \(code.rawValue) | \(code.reasons.map { "`\($0)`" }.joined(separator: ", ")) | \(code.meaning) | \(code.remedy) |\n"
    }
    let table = "| code | reason | meaning | what to do |\n| --- | --- | --- | --- |\n" + rows.joined()
    let page =
      #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
      + "/Sources/NodePreflight/Documentation.docc/Preflight.md"
    let text = String(decoding: try LinuxHost().readFile(page), as: UTF8.self)
    let block = try #require(text.firstMatch(of: /(?s)<!-- begin exit codes -->\n(.*)<!-- end exit codes -->/))
    #expect(block.1 == table, "put this table into the page:\n\(table)")
  }

  /// The DaemonSet gives the init container what preflight asks for, and no more.
  @Test func theInitContainerHasWhatPreflightNeeds() {
    #expect(CapabilityTable.preflightGrants.map(\.name) == Capability.allCases.map(\.name))
  }
}
