// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Testing

@testable import NodePreflight

/// What makes a node unfit.
@Suite struct FitnessTests {
  struct Unfit: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: ExitCode
    let says: String
    let change: @Sendable (inout TableHost.Table) -> Void

    init(
      _ description: String, _ code: ExitCode, _ says: String,
      _ change: @escaping @Sendable (inout TableHost.Table) -> Void
    ) {
      (testDescription, self.code, self.says, self.change) = (description, code, says, change)
    }
  }

  static let unfit: [Unfit] = [
    Unfit("an old kernel", .kernelTooOld, "5.4.0-91-generic") { $0.release = "5.4.0-91-generic" },
    Unfit("lockdown", .kernelLockedDown, "[confidentiality]") {
      $0.files[LockdownCheck.path] = "none integrity [confidentiality]\n"
    },
    Unfit("no folder for tracefs", .tracefsUnavailable, "No such file") { $0.types[TracefsCheck.folder] = nil },
    Unfit("no tracefs in the folder", .tracefsUnavailable, "nothing of type tracefs is mounted") {
      $0.types[TracefsCheck.folder] = 0x6265_6572
    },
    Unfit("no format", .tracefsUnavailable, "No such file") { $0.files[TracefsCheck.format] = nil },
    Unfit("a format that is none", .tracefsUnavailable, "does not describe") { $0.files[TracefsCheck.format] = "" },
    Unfit("a format that nobody may read", .tracefsUnavailable, "not permitted") {
      $0.failures["read \(TracefsCheck.format)"] = HostError(.forbidden, "read: Operation not permitted")
    },
    Unfit("no taskstats", .taskstatsUnavailable, "no family TASKSTATS") { $0.answers[16] = Netlink.error(2) },
    Unfit("a family without number", .taskstatsUnavailable, "no family TASKSTATS") {
      $0.answers[16] = Netlink.emptyTable
    },
    Unfit("no generic netlink", .taskstatsUnavailable, "not supported") {
      $0.failures["ask 16 16"] = HostError(.unsupported, "socket: Protocol not supported")
    },
    Unfit("no accounting", .taskstatsUnavailable, "Invalid argument") { $0.answers[31] = Netlink.error(22) },
    Unfit("no ctnetlink", .conntrackUnavailable, "Invalid argument") { $0.answers[0x101] = nil },
    Unfit("no nfnetlink", .conntrackUnavailable, "not supported") {
      $0.failures["ask 12 257"] = HostError(.unsupported, "socket: Protocol not supported")
    },
    Unfit("no container runtime", .containerRuntimeNotFound, "/run/k3s/containerd/containerd.sock") {
      $0.sockets = [:]
    },
  ]

  @Test(arguments: unfit) func tellsWhyAndChangesNothing(_ unfit: Unfit) {
    let host = TableHost(unfit.change)
    let verdict = verdict(host, sysctls: [.conntrackEvents, .taskDelayAccounting])
    #expect(verdict.exitCode == unfit.code)
    #expect(verdict.report.verdict == .ineligible)
    #expect(verdict.report.reason == unfit.code.ineligibility?.name)
    #expect(verdict.report.message.contains(unfit.says), "\(verdict.report.message)")
    #expect(verdict.report.message.hasSuffix(unfit.code.remedy))
    #expect(host.writes.isEmpty)
    #expect(host.log.contains("keep "))
  }

  @Test func everyReasonOfTheTableIsShown() {
    #expect(Set(Self.unfit.map(\.code)) == Set(ExitCode.allCases.filter { $0.ineligibility != nil }))
  }

  @Test func tellsAllThatIsMissing() {
    let verdict = verdict(
      TableHost {
        $0.release = "4.18.0"
        $0.sockets = [:]
        $0.files[LockdownCheck.path] = "none integrity [confidentiality]"
        // What could not be told does not outweigh what is missing.
        $0.failures["ask 12 257"] = HostError(.other, "netlink did not answer")
      })
    #expect(verdict.exitCode == .kernelTooOld)
    for code in [ExitCode.kernelTooOld, .kernelLockedDown, .containerRuntimeNotFound] {
      #expect(verdict.report.message.contains(code.meaning) && verdict.report.message.contains(code.remedy))
    }
  }

  @Test(arguments: ["", "6", "custom", "5.x"]) func takesAKernelThatCannotBeToldForFit(_ release: String) {
    let verdict = verdict(TableHost { $0.release = release })
    #expect(verdict.exitCode == .ok)
    #expect(verdict.report.message.contains("cannot be told from \"\(release)\""))
  }

  @Test func takesTheOldestKernelFromItsCaller() {
    let host = { TableHost { $0.release = "5.4.0" } }
    #expect(verdict(host(), minimumKernel: .minimumPrivileged).exitCode == .ok)
    #expect(verdict(host(), minimumKernel: .minimum).exitCode == .kernelTooOld)
  }

  @Test func passesWithoutLockdown() {
    #expect(verdict(TableHost { $0.files[LockdownCheck.path] = nil }).exitCode == .ok)
  }

  @Test func leavesARuntimeThatDoesNotAnswerToTheNextTry() {
    let refused = HostError(.refused, "connect: Connection refused")
    let path = HostPath.root + "/run/docker.sock"
    #expect(verdict(TableHost { $0.sockets = [path: refused] }).exitCode == .failed)
    // One that answers is enough.
    let two = TableHost { $0.sockets = [HostPath.root + RuntimeSocketCheck.paths[0]: refused, path: nil] }
    #expect(verdict(two).report.message.contains("container runtime at /run/docker.sock"))
  }

  @Test(arguments: [
    ([CgroupCheck.path: 0x6367_7270], "cgroup v2"),
    ([CgroupCheck.path: 0x0102_1994], "cgroup v1"),
    ([CgroupCheck.path: 0x0102_1994, CgroupCheck.path + "/unified": 0x6367_7270], "cgroup v1 and v2 (hybrid)"),
    ([CgroupCheck.path: 0x6265_6572], "no cgroup file system"),
    ([:], "no cgroup file system"),
  ])
  func tellsTheVersionOfCgroups(_ types: [String: UInt32], _ note: String) {
    let verdict = verdict(
      TableHost {
        $0.types.merge(types) { $1 }; if types.isEmpty { $0.types[CgroupCheck.path] = nil }
      })
    #expect(verdict.exitCode == .ok)
    #expect(verdict.report.message.contains(note))
  }

  @Test(arguments: [nil, "ELF"]) func tellsThatThereWillBeNoProfiles(_ content: String?) {
    let host = { TableHost { $0.files[BTFCheck.path] = content } }
    let asked = verdict(host(), profiles: true)
    #expect(asked.exitCode == .ok)
    #expect(asked.report.message.contains("there will be no profiles"))
    #expect(!verdict(host()).report.message.contains("profiles"))
  }

  @Test func takesTheQuestionsForWhatTheyAre() {
    let host = TableHost { $0.answers[16] = Array(Netlink.family.prefix(30)) }
    #expect(verdict(host).exitCode == .failed, "a datagram that is cut off tells nothing")
  }
}
