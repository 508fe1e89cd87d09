// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import ObservabilityAPI
import ProcessSupport
import Testing

@testable import NodePreflight

/// The init container's work for real: the built executable, as uid 0 with a reduced bounding set and no_new_privs, with a
/// read-only root and `/proc/sys`, beside a process 1 that stands for the host's.
@Suite(.disabled(if: Machine.obstacle != nil, "\(Machine.obstacle ?? "")"))
struct PreflightTests {
  /// What preflight left behind.
  struct Outcome {
    let code: Int32
    let report: PreflightReport
    let log: [String]
    /// The setting in the pod's own network namespace.
    let inPod: String?
  }

  private func run(_ pod: Pod = Pod(), on node: Node) async throws -> Outcome {
    let path = try node.terminationLog()
    let process = try node.start(pod, terminationLog: path)
    let ending = try await process.waitForEnd()
    guard case .exit(let code) = ending else {
      throw HostError(.other, "preflight ended by \(ending): \(process.errors.text)")
    }
    let message = try LinuxHost().readText(path)
    let report = try #require(PreflightReport(terminationMessage: message), "\(message)\n\(process.errors.text)")
    return Outcome(code: code, report: report, log: process.errors.all, inPod: process.output.all.first)
  }

  @Test func setsTheSettingInTheHostsNamespaceOnly() async throws {
    let (node, bystander) = try await (Node(), Node())
    let pod = Pod(arguments: ["--conntrack-events", "--profiles"])
    let first = try await run(pod, on: node)
    #expect(first.code == 0, "\(first.log)")
    #expect(first.report.reason == "Prepared")
    #expect(first.report.changed == ["net.netfilter.nf_conntrack_events: 2 -> 1"])
    #expect(first.report.message.contains("container runtime at /run/containerd/containerd.sock"))
    #expect(
      first.log.count == 1 && first.log[0].contains(#"gaveUp="SYS_ADMIN, SYS_PTRACE, NET_ADMIN""#), "\(first.log)")
    #expect(try await node.conntrackEvents() == "1")
    #expect(first.inPod == "2", "the pod's own namespace is left alone")
    #expect(try await bystander.conntrackEvents() == "2")
    #expect(try node.taskDelayAccounting() == "0")

    let second = try await run(pod, on: node)
    #expect(second.code == 0)
    #expect(second.report.reason == "NothingToDo")
    #expect(second.report.changed.isEmpty)
  }

  @Test(
    "The report names the node's layout of cgroups, and none of them is an obstacle", arguments: Node.Cgroup.allCases)
  func everyLayoutOfCgroupsIsNamed(_ layout: Node.Cgroup) async throws {
    let outcome = try await run(on: Node([.cgroup(layout)]))
    #expect(outcome.code == 0, "\(outcome.log)")
    #expect(outcome.report.message.contains(layout.rawValue), "\(outcome.report.message)")
  }

  @Test func makesBothSettings() async throws {
    let node = try await Node()
    let outcome = try await run(Pod(arguments: ["--conntrack-events", "--task-delay-accounting"]), on: node)
    #expect(outcome.code == 0, "\(outcome.log)")
    #expect(
      outcome.report.changed == ["net.netfilter.nf_conntrack_events: 2 -> 1", "kernel.task_delayacct: 0 -> 1"])
    #expect(try node.taskDelayAccounting() == "1")
  }

  @Test func changesNothingInADryRun() async throws {
    let node = try await Node()
    let pod = Pod(arguments: ["--conntrack-events", "--task-delay-accounting", "--dry-run"])
    let outcome = try await run(pod, on: node)
    #expect(outcome.code == 0, "\(outcome.log)")
    #expect(outcome.report.reason == "WouldChange")
    #expect(outcome.report.changed.count == 2)
    #expect(try await node.conntrackEvents() == "2")
    #expect(try node.taskDelayAccounting() == "0")
  }

  @Test(arguments: Capability.allCases) func namesTheCapabilityThatIsMissing(_ missing: Capability) async throws {
    let node = try await Node()
    let outcome = try await run(Pod(capabilities: Set(Capability.allCases).subtracting([missing])), on: node)
    #expect(outcome.code == 10)
    #expect(outcome.report.message.contains("lacks the capability \(missing.name) (to \(missing.purpose))"))
    for other in Capability.allCases where other != missing {
      #expect(!outcome.report.message.contains("\(other.name) (to"))
    }
    #expect(try await node.conntrackEvents() == "2")
  }

  @Test(arguments: [0, 1000]) func namesAllThatIsMissing(_ user: Int) async throws {
    let node = try await Node()
    let path = try node.terminationLog()
    chmod(path, 0o666)
    let process = try node.start(Pod(capabilities: [], user: user), terminationLog: path)
    #expect(try await process.waitForEnd() == .exit(10))
    for name in Capability.allCases.map(\.name) { #expect(process.errors.text.contains("\(name) (to")) }
    #expect(process.errors.text.contains("uid 1000") == (user != 0))
    #expect(try await node.conntrackEvents() == "2")
  }

  struct Unfit: Sendable, CustomTestStringConvertible {
    let code: ExitCode
    var traits: Set<Node.Trait> = []
    var pod = Pod()
    let says: String
    var testDescription: String { "\(code): \(says)" }
  }

  static let unfit: [Unfit] = [
    Unfit(code: .kernelTooOld, pod: Pod(seesOldKernel: true), says: "it is 2.6."),
    Unfit(code: .kernelLockedDown, traits: [.lockedDown], says: "[confidentiality]"),
    Unfit(code: .tracefsUnavailable, traits: [.noTracefs], says: "nothing of type tracefs is mounted"),
    Unfit(code: .taskstatsUnavailable, pod: Pod(hiddenProtocol: NETLINK_GENERIC), says: "Protocol not supported"),
    Unfit(code: .conntrackUnavailable, pod: Pod(hiddenProtocol: NETLINK_NETFILTER), says: "Protocol not supported"),
    Unfit(code: .containerRuntimeNotFound, traits: [.noRuntime], says: "none of these is there"),
    // The agent would look for it in its own file system, and so does preflight.
    Unfit(code: .containerRuntimeNotFound, traits: [.linkedRuntime("/run/other/runtime.sock")], says: "relative link"),
  ]

  @Test(arguments: unfit) func tellsWhyANodeIsUnfitAndChangesNothing(_ unfit: Unfit) async throws {
    let node = try await Node(unfit.traits)
    let outcome = try await run(unfit.pod, on: node)
    #expect(outcome.code == unfit.code.rawValue, "\(outcome.log)")
    #expect(outcome.report.verdict == .ineligible)
    #expect(outcome.report.reason == unfit.code.ineligibility?.name)
    #expect(outcome.report.message.contains(unfit.says), "\(outcome.report.message)")
    #expect(outcome.log.first?.hasPrefix("WARN  node ineligible") == true)
    #expect(try await node.conntrackEvents() == "2")
  }

  @Test func leavesARuntimeThatDoesNotAnswerToTheNextTry() async throws {
    let node = try await Node([.silentRuntime])
    let outcome = try await run(on: node)
    #expect(outcome.code == 12)
    #expect(outcome.report.message.contains("/run/containerd/containerd.sock: Connection refused"))
    #expect(try await node.conntrackEvents() == "2")
  }

  @Test(.disabled(if: Sanitizer.watchesThreads, "the sanitizer's own thread keeps what it was started with"))
  func hasNoCapabilityLeftWhenItReports() async throws {
    let node = try await Node()
    let pipe = try node.terminationPipe()
    let process = try node.start(Pod(), terminationLog: pipe)
    // The line comes first; then it waits for a reader of the pipe.
    try await process.errors.waitForLine(containing: "preflight passed")
    let id = try #require(try Self.operatorProcess(with: pipe))
    let threads = Self.names(in: "/proc/\(id)/task")
    #expect(!threads.isEmpty)
    for thread in threads {
      let status = try LinuxHost().readText("/proc/\(id)/task/\(thread)/status")
      for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] { #expect(status.contains("\(set):\t0000000000000000\n")) }
      #expect(status.contains("NoNewPrivs:\t1\n"))
    }
    let reader = open(pipe, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    #expect(reader >= 0)
    #expect(try await process.waitForEnd() == .exit(0))
    close(reader)
  }

  @Test func refusesAContainerThatDoesNotSeeTheHost() async throws {
    let process = try ChildProcess(
      "/usr/bin/unshare",
      ["--mount", "--net", "--pid", "--fork", "--mount-proc", try Executable.path(), "preflight", "--conntrack-events"])
    #expect(try await process.waitForEnd() == .exit(2))
    #expect(process.errors.text.contains("the pod needs hostPID: true"))
  }

  /// The operator's process that has the text among its arguments.
  private static func operatorProcess(with text: String) throws -> String? {
    let executable = try Executable.path()
    return names(in: "/proc").first { id in
      guard let arguments = try? LinuxHost().readText("/proc/\(id)/cmdline"), arguments.hasPrefix(executable) else {
        return false
      }
      return arguments.contains(text)
    }
  }

  /// The numbers among the names in a folder of `/proc`.
  private static func names(in folder: String) -> [String] {
    guard let entries = opendir(folder) else { return [] }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.allSatisfy(\.isNumber) { names.append(name) }
    }
    return names
  }
}

/// What it does where it does not belong, on any machine.
@Suite struct StrayPreflightTests {
  @Test func refusesToRunOutsideAContainer() async throws {
    let host = LinuxHost()
    let setting = "/proc/sys/net/netfilter/nf_conntrack_events"
    let before = try? host.readText(setting)
    // Where it lacks rights, or something keeps process 1 from it, it cannot even tell where it is.
    let isBlind = try host.credentials().lack != nil || (try? host.standpoint()) == nil
    let result = try await Executable.run(["preflight", "--conntrack-events"])
    #expect(result.ending == .exit(isBlind ? 10 : 2), "\(result.errors)")
    #expect(result.errors.count == 1)
    #expect(result.errors.joined().contains(isBlind ? "this process" : "init container"))
    #expect((try? host.readText(setting)) == before)
  }

  @Test(arguments: [["--no-such-flag"], ["--minimum-kernel", "new"], ["stray"]])
  func endsWith2IfTheCommandLineIsWrong(_ arguments: [String]) async throws {
    let result = try await Executable.run(["preflight"] + arguments)
    #expect(result.ending == .exit(2))
    #expect(result.errors.contains { $0.hasPrefix("Error: ") && $0.contains(arguments[0]) }, "\(result.errors)")
  }
}
