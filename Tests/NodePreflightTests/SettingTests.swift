// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Testing

@testable import NodePreflight

/// What is set, and when.
@Suite struct SettingTests {
  @Test(arguments: ["0\n", "2\n", "2", " 7 \n", ""])
  func setsTheSettingAndReadsItBack(_ before: String) {
    let host = TableHost { $0.files[TableHost.events] = before }
    let verdict = verdict(host)
    #expect(verdict.exitCode == .ok)
    #expect(verdict.report.verdict == .ok)
    #expect(verdict.report.reason == "Prepared")
    #expect(verdict.report.changed == ["net.netfilter.nf_conntrack_events: \(before.filter { !$0.isWhitespace }) -> 1"])
    #expect(host.file(TableHost.events) == "1\n")
    #expect(host.log.count { $0 == "enter" } == 1)
  }

  @Test func leavesAGoodSettingAlone() {
    let host = TableHost { $0.files[TableHost.events] = "1\n" }
    let verdict = verdict(host)
    #expect(verdict.exitCode == .ok)
    #expect(verdict.report.reason == "NothingToDo")
    #expect(verdict.report.changed.isEmpty)
    #expect(host.writes.isEmpty)
  }

  @Test func setsNothingThatWasNotAskedFor() {
    let host = TableHost()
    #expect(verdict(host, sysctls: []).report.reason == "NothingToDo")
    #expect(host.writes.isEmpty)
  }

  @Test func passesWithoutTheSetting() {
    let verdict = verdict(TableHost { $0.files[TableHost.events] = nil })
    #expect(verdict.exitCode == .ok)
    #expect(verdict.report.message.contains("net.netfilter.nf_conntrack_events does not exist"))
  }

  @Test func tellsWhatTheNodeIs() {
    let message = verdict(TableHost()).report.message
    #expect(
      message == "kernel 6.18.38-talos; cgroup v2; container runtime at /run/containerd/containerd.sock; "
        + "net.netfilter.nf_conntrack_events was set from 2 to 1")
  }

  @Test func onlyTellsInADryRun() {
    let host = TableHost()
    let verdict = verdict(host, sysctls: [.conntrackEvents, .taskDelayAccounting], dryRun: true)
    #expect(verdict.exitCode == .ok)
    #expect(verdict.report.reason == "WouldChange")
    #expect(
      verdict.report.changed == ["net.netfilter.nf_conntrack_events: 2 -> 1", "kernel.task_delayacct: 0 -> 1"])
    #expect(verdict.report.message.contains("would be set"))
    #expect(host.writes.isEmpty)
  }

  @Test(arguments: [
    (HostError(.forbidden, "read: Permission denied"), ExitCode.hostForbidden),
    (HostError(.other, "read: Input/output error"), ExitCode.failed),
  ])
  func setsNothingIfOneSettingCannotBeRead(_ error: HostError, _ code: ExitCode) {
    let host = TableHost { $0.failures["read \(TableHost.delays)"] = error }
    let verdict = verdict(host, sysctls: [.conntrackEvents, .taskDelayAccounting])
    #expect(verdict.exitCode == code)
    #expect(verdict.report.message.hasPrefix(error.description))
    #expect(host.writes.isEmpty)
  }

  @Test func failsIfTheSettingCannotBeWritten() {
    let error = HostError(.readOnly, "write: Read-only file system")
    let verdict = verdict(TableHost { $0.failures["write \(TableHost.events)"] = error })
    #expect(verdict.exitCode == .sysctlNotWritable)
    #expect(verdict.report.verdict == .failed)
    #expect(verdict.report.message.contains("Read-only file system"))
    #expect(verdict.report.message.contains("machine.sysctls"))
    #expect(verdict.report.changed.isEmpty)
  }

  @Test func failsIfTheSettingDoesNotStay() {
    let verdict = verdict(TableHost { $0.sticks = false })
    #expect(verdict.exitCode == .sysctlNotWritable)
    #expect(verdict.report.message.contains("reads 2 after 1 was written"))
  }

  @Test func tellsWhatWasChangedBeforeItFailed() {
    let host = TableHost { $0.failures["write \(TableHost.delays)"] = HostError(.forbidden, "write: no") }
    let verdict = verdict(host, sysctls: [.conntrackEvents, .taskDelayAccounting])
    #expect(verdict.exitCode == .sysctlNotWritable)
    #expect(verdict.report.changed == ["net.netfilter.nf_conntrack_events: 2 -> 1"])
    #expect(verdict.report.message.contains("features.diskDelay"))
  }
}
