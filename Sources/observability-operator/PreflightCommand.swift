// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import NodePreflight

/// What the init container of the agents runs.
struct PreflightCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preflight",
    abstract: "Prepare this node for the agent: set the sysctls without which it would exit.",
    discussion: """
      Runs in the agents' init container, with hostPID and the capabilities SYS_ADMIN and SYS_PTRACE. Says what it \
      changed in one line and in the termination message.
      """)

  @Flag(help: "Set net.netfilter.nf_conntrack_events to 1 in the host's network namespace.")
  var conntrackEvents = false

  @Flag(help: "Set kernel.task_delayacct to 1, which spec.nodeAgent.features.diskDelay needs.")
  var taskDelayAccounting = false

  @Flag(help: "Change nothing; say what would be changed.")
  var dryRun = false

  @Option(help: "Where the termination message is written.")
  var terminationLog = TerminationMessage.defaultPath

  func run() throws {
    var sysctls: [Sysctl] = []
    if conntrackEvents { sysctls.append(.conntrackEvents) }
    if taskDelayAccounting { sysctls.append(.taskDelayAccounting) }
    let verdict = Preflight(host: LinuxHost(), options: .init(dryRun: dryRun, sysctls: sysctls)).run()
    complain(verdict.logLine)
    do {
      try TerminationMessage.write(verdict, to: terminationLog)
    } catch {
      // Outside a pod there is no such file, and the line above says it all.
      if error.kind != .missing { complain("the termination message was not written: \(error)") }
    }
    throw ArgumentParser.ExitCode(verdict.exitCode.rawValue)
  }
}
