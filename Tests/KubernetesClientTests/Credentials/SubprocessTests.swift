// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import Testing
import Waiting

@testable import KubernetesClient

@Suite struct SubprocessTests {
  private func shell(
    _ script: String, _ environment: [String] = ["PATH=/usr/bin:/bin"], limit: Int = 1 << 20,
    deadline: Duration = .seconds(60)
  ) async -> Subprocess.Report {
    await Subprocess.run(
      Subprocess.Command(
        arguments: ["/bin/sh", "-c", script, "sh", "first argument"], environment: environment, outputLimit: limit,
        deadline: deadline))
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// Whether a process is neither running nor waiting to be reaped.
  private func isGone(_ process: pid_t) -> Bool { kill(process, 0) != 0 && errno == ESRCH }

  @Test func readsBothOutputs() async {
    let report = await shell(#"cat; echo "$1 $A"; echo no >&2; exit 3"#, ["A=a b", "PATH=/usr/bin:/bin"])
    #expect(report.end == .exited(3))
    #expect(text(report.output) == "first argument a b\n")
    #expect(text(report.errors) == "no\n")
  }

  @Test func longOutputsArriveWhole() async {
    let report = await shell("head -c 700000 /dev/zero; head -c 90000 /dev/zero >&2; echo end >&2")
    #expect(report.end == .exited(0))
    #expect(report.output.count == 700_000)
    #expect(report.errors.count == Subprocess.errorLimit && text(report.errors).hasSuffix("end\n"))
  }

  @Test func programsAreFoundByPath() async {
    func run(_ name: String) async -> Subprocess.End {
      await Subprocess.run(
        Subprocess.Command(arguments: [name], environment: [], outputLimit: 1, deadline: .seconds(60))
      ).end
    }
    #expect(await run("true") == .exited(0))
    #expect(await run("no-such-program-anywhere") == .notStarted(ENOENT))
    #expect(await run("/etc/passwd") == .notStarted(EACCES))
    #expect(await run("/bin") == .notStarted(EACCES))
  }

  @Test func inheritsNothingButItsOutputs() async throws {
    let leak = open("/dev/null", O_RDONLY)
    defer { close(leak) }
    let report = await shell("for fd in /proc/self/fd/*; do echo ${fd##*/}; done; readlink /proc/self/fd/0")
    // What the shell itself opens to list the folder comes on top.
    let lines = text(report.output).split(separator: "\n")
    #expect(lines.last == "/dev/null")
    #expect(lines.dropLast().compactMap { Int32($0) }.filter { $0 > 2 && $0 != 3 }.isEmpty, "\(lines)")
    let signals = await shell("grep -E 'SigBlk|SigIgn' /proc/self/status")
    // Beyond these 31 lie those that the C library keeps for itself.
    let sets = text(signals.output).split(separator: "\n").compactMap { line in
      line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
    }
    #expect(sets.count == 2 && sets.allSatisfy { $0 & 0x7fff_ffff == 0 }, "\(sets)")
  }

  @Test func signalsAreTold() async {
    #expect(await shell("kill -TERM $$").end == .signalled(SIGTERM))
  }

  @Test func whoTakesTooLongIsKilledWithItsChildren() async throws {
    let report = await shell("sleep 1000 & echo $! $$; wait", deadline: .milliseconds(300))
    #expect(report.end == .timedOut)
    let processes = text(report.output).split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    #expect(processes.count == 2)
    // Whoever takes in orphans reaps the grandchild; ours we reap ourselves.
    let own = try #require(processes.last)
    try await eventually("the program is reaped") { isGone(own) }
    let child = try #require(processes.first)
    try await eventually("its child does not run") { isGone(child) || isZombie(child) }
  }

  private func isZombie(_ process: pid_t) -> Bool {
    guard let bytes = try? SystemFile.read("/proc/\(process)/stat") else { return true }
    return text(bytes).split(separator: ")").last?.hasPrefix(" Z") == true
  }

  @Test func whoWritesTooMuchIsKilled() async {
    #expect(await shell("cat /dev/zero", limit: 100_000).end == .wroteTooMuch)
  }

  @Test func cancellationKills() async throws {
    let process = Mutex<pid_t?>(nil)
    let folder = "/tmp/subprocess-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let task = Task { await shell("echo $$ > \(folder); sleep 1000") }
    defer { unlink(folder) }
    try await eventually("the program runs") {
      let bytes = (try? SystemFile.read(folder)) ?? []
      process.withLock { $0 = pid_t(text(bytes).split(separator: "\n").first ?? "") }
      return process.withLock { $0 } != nil
    }
    task.cancel()
    #expect(await task.value.end == .cancelled)
    let identifier = try #require(process.withLock { $0 })
    try await eventually("the program is reaped") { isGone(identifier) }
    let late = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await shell("true")
    }
    #expect(await late.value.end == .cancelled)
  }

  /// What a plugin leaves running, such as an agent, may hold its outputs open.
  @Test func doesNotWaitForWhatIsLeftBehind() async throws {
    let report = await shell("sleep 1000 & echo $!", deadline: .seconds(30))
    #expect(report.end == .exited(0))
    let process = try #require(pid_t(text(report.output).split(separator: "\n").first ?? ""))
    kill(process, SIGKILL)
  }

  @Test func closedOutputsAreNotTheEnd() async {
    #expect(await shell("exec >&- 2>&-; sleep 0.2; exit 4").end == .exited(4))
  }

  @Test func theEnvironmentIsOurs() {
    #expect(Subprocess.inheritedEnvironment().contains { $0.hasPrefix("PATH=") })
  }

  @Test func manyAtOnceBlockNobody() async {
    await withTaskGroup(of: Subprocess.End.self) { group in
      for number in 0..<16 { group.addTask { await self.shell("sleep 0.1; exit \(number)").end } }
      var codes: Set<Subprocess.End> = []
      for await end in group { codes.insert(end) }
      #expect(codes == Set((0..<16).map { .exited($0) }))
    }
  }
}
