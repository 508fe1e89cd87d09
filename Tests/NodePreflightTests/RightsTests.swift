// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Testing

@testable import NodePreflight

/// What it may do, and until when.
@Suite struct RightsTests {
  @Test func givesUpEachRightWhenItIsNoLongerNeeded() throws {
    let host = TableHost()
    var options = Preflight.Options()
    options.sysctls = [.conntrackEvents]
    let verdict = Preflight(host: host, options: options).decide()
    let log = host.log
    let entered = try #require(log.firstIndex(of: "enter"))
    #expect(log[entered + 1] == "keep SYS_PTRACE, NET_ADMIN")
    let filesOnly = try #require(log.firstIndex(of: "keep SYS_PTRACE"))
    #expect(log[..<filesOnly].filter { $0.hasPrefix("ask") }.count == 3)
    #expect(log[filesOnly...].allSatisfy { !$0.hasPrefix("ask") })
    #expect(log.last == "keep ")
    #expect(verdict.givenUp == [.sysAdmin, .sysPtrace, .netAdmin])
    #expect(verdict.logLine.contains(#"gaveUp="SYS_ADMIN, SYS_PTRACE, NET_ADMIN""#))
  }

  @Test func keepsWhatASettingWants() throws {
    let host = TableHost()
    #expect(verdict(host, sysctls: [.taskDelayAccounting]).exitCode == .ok)
    let written = try #require(host.log.firstIndex(of: "write \(TableHost.delays)"))
    #expect(host.log[..<written].last { $0.hasPrefix("keep S") } == "keep SYS_ADMIN, SYS_PTRACE")
  }

  @Test(arguments: Capability.allCases) func namesTheCapabilityThatIsMissing(_ missing: Capability) {
    let host = TableHost { $0.credentials.capabilities.remove(missing) }
    let verdict = verdict(host)
    #expect(verdict.exitCode == .hostForbidden)
    #expect(
      verdict.report.message.hasPrefix("this process lacks the capability \(missing.name) (to \(missing.purpose))"))
    #expect(!host.log.contains("enter"))
    #expect(host.writes.isEmpty)
  }

  @Test func namesAllThatIsMissing() {
    let verdict = verdict(TableHost { $0.credentials = Credentials(user: 1000, capabilities: [.netAdmin]) })
    #expect(verdict.exitCode == .hostForbidden)
    for part in ["uid 1000", "SYS_ADMIN", "SYS_PTRACE", "init container"] {
      #expect(verdict.report.message.contains(part))
    }
  }

  @Test(arguments: ["enter", "ask 12 257", "read \(LockdownCheck.path)"])
  func tellsThatSomethingConfinesIt(_ operation: String) {
    let host = TableHost { $0.failures[operation] = HostError(.forbidden, "it: Permission denied") }
    let verdict = verdict(host)
    #expect(verdict.exitCode == .hostForbidden)
    for part in ["it: Permission denied, although", "appArmorProfile", "SELinux", "hostUsers"] {
      #expect(verdict.report.message.contains(part))
    }
    #expect(host.writes.isEmpty)
  }

  @Test(arguments: ["credentials", "standpoint", "enter", "keep SYS_PTRACE, NET_ADMIN", "keep SYS_PTRACE"])
  func failsIfItCannotGoOn(_ operation: String) {
    let host = TableHost { $0.failures[operation] = HostError(.other, "it: Input/output error") }
    let verdict = verdict(host)
    #expect(verdict.exitCode == .failed)
    #expect(verdict.report.message == "it: Input/output error")
    #expect(host.writes.isEmpty)
  }

  @Test func bothThreadsGiveUpEverything() {
    let host = TableHost()
    #expect(verdict(host).exitCode == .ok)
    #expect(host.log.count { $0 == "keep " } == 2)
  }

  @Test func failsIfARightCannotBeGivenUp() {
    let host = TableHost { $0.failures["keep "] = HostError(.other, "give up capabilities: Invalid argument") }
    #expect(verdict(host).exitCode == .failed)
  }

  @Test(arguments: [(Standpoint.firstProcess, "hostPID"), (.host, "--dry-run")])
  func refusesToChangeAnythingWhereItDoesNotBelong(_ standpoint: Standpoint, _ remedy: String) {
    let host = TableHost { $0.standpoint = standpoint }
    let refused = verdict(host)
    #expect(refused.exitCode == .badUsage)
    #expect(refused.report.reason == "NotInContainer")
    #expect(refused.report.message.contains(remedy))
    #expect(host.writes.isEmpty && !host.log.contains("enter"))
  }

  @Test func looksAtAHostFromOutsideAContainerInADryRun() {
    #expect(verdict(TableHost { $0.standpoint = .host }, dryRun: true).report.reason == "WouldChange")
  }
}
