// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import ObservabilityAPI
import Testing

@testable import NodePreflight

@Suite struct VerdictTests {
  private var changed: Verdict {
    var verdict = Verdict(.ok, "Prepared", changed: ["net.netfilter.nf_conntrack_events: 2 -> 1"], "was set")
    verdict.givenUp = [.sysPtrace]
    return verdict
  }

  @Test func readsAsOneLogLine() {
    #expect(
      changed.logLine == "INFO  preflight passed       reason=Prepared "
        + #"changed="net.netfilter.nf_conntrack_events: 2 -> 1" gaveUp="SYS_PTRACE" message="was set""#)
    let failed = Verdict(.failed, "Failed", "a\nERROR b")
    #expect(!failed.logLine.contains("\n"))
    #expect(failed.logLine.hasPrefix("ERROR preflight failed"))
    #expect(Verdict(.kernelTooOld, "KernelTooOld", "a").logLine.hasPrefix("WARN  node ineligible "))
  }

  @Test(arguments: ExitCode.allCases) func tellsTheOperatorWhatFollows(_ code: ExitCode) {
    let expected: PreflightReport.Verdict = code == .ok ? .ok : code.rawValue >= 20 ? .ineligible : .failed
    for reason in code.reasons {
      let report = Verdict(code, reason, "a").report
      #expect(report.verdict == expected)
      #expect(PreflightReport(terminationMessage: report.terminationMessage) == report)
    }
  }

  @Test func isWrittenInPlaceOfTheLastOne() throws {
    let path = "/tmp/termination-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    defer { unlink(path) }
    let longer = Verdict(.failed, "Failed", String(repeating: "x", count: 500))
    try TerminationMessage.write(longer.report, to: path)
    try TerminationMessage.write(changed.report, to: path)
    #expect(try LinuxHost().readText(path) == changed.report.terminationMessage)
  }

  @Test func saysWhereItCouldNotBeWritten() {
    let error = #expect(throws: HostError.self) {
      try TerminationMessage.write(changed.report, to: "/dev/no-such-folder/termination-log")
    }
    #expect(error?.kind == .missing)
    #expect(error?.description.contains("/dev/no-such-folder/termination-log") == true)
  }
}
