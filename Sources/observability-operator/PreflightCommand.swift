// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import NodePreflight
import ObservabilityAPI

/// What the init container of the agents runs.
struct PreflightCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preflight",
    abstract: "Look whether this node can carry the agent, and make the settings without which it would exit.",
    discussion: """
      Runs in the agents' init container, with hostPID, uid 0 and the capabilities \
      \(Capability.allCases.map(\.name).joined(separator: ", ")). Says what it found and changed in one line and in the \
      termination message. Exit codes: 0 the agent can run; 2 wrong use; 10 a right is missing; 11 a setting could not be \
      made; 12 something else failed; from 20 on the node cannot carry the agent.
      """)

  @Flag(help: "Set net.netfilter.nf_conntrack_events to 1 in the host's network namespace.")
  var conntrackEvents = false

  @Flag(help: "Set kernel.task_delayacct to 1, which spec.nodeAgent.features.diskDelay needs.")
  var taskDelayAccounting = false

  @Flag(help: "Tell whether the kernel has what profiles need.")
  var profiles = false

  @Option(help: "The oldest kernel that does.")
  var minimumKernel = KernelVersion.minimum

  @Flag(help: "Change nothing; say what would be changed.")
  var dryRun = false

  @Option(help: "Where the termination message is written.")
  var terminationLog = TerminationMessage.defaultPath

  func run() throws {
    var options = Preflight.Options()
    options.dryRun = dryRun
    options.profiles = profiles
    options.minimumKernel = minimumKernel
    if conntrackEvents { options.sysctls.append(.conntrackEvents) }
    if taskDelayAccounting { options.sysctls.append(.taskDelayAccounting) }
    let verdict = Preflight(host: LinuxHost(), options: options).run()
    complain(verdict.logLine)
    do {
      try TerminationMessage.write(verdict.report, to: terminationLog)
    } catch {
      // Outside a pod there is no such file, and the line above says it all.
      if error.kind != .missing { complain("the termination message was not written: \(error)") }
    }
    throw ArgumentParser.ExitCode(verdict.exitCode.rawValue)
  }
}

extension KernelVersion: ExpressibleByArgument {
  /// Reads `5.11`.
  public init?(argument: String) { self.init(argument) }
}
