// SPDX-License-Identifier: Apache-2.0

import Glibc
import LocalServers

/// A program with a scratch folder; both are gone when this process is, however it ends.
///
/// Between the two stands a shell that holds the reading end of a pipe. Nobody writes to it: the end of file comes when
/// the writing end is closed, by ``end()`` or by the kernel with the last of this process, and then the shell kills the
/// program and removes the folder. PR_SET_PDEATHSIG would not do: it goes by the thread that started the program, of
/// which there is no lasting one in a pool, and it leaves the folder.
actor ChildProcess {
  private static let keeper = """
    scratch=$1; shift
    "$@" 3<&- &
    program=$!
    { read -r _ <&3; kill -KILL "$program"; } 2>/dev/null &
    watcher=$!
    wait "$program"
    code=$?
    kill -KILL "$watcher" 2>/dev/null
    rm -rf -- "$scratch"
    exit "$code"
    """

  private let shell: pid_t
  private let output: Int32
  private var lifeline: Int32?
  private var isReaped = false

  /// Starts a program in a process group of its own, so that the terminal's Ctrl-C does not reach it.
  ///
  /// - Parameters:
  ///   - name: the start of the scratch folder's name.
  ///   - command: the program's path and arguments, given the scratch folder.
  /// - Throws: ``SystemFailure``.
  init(name: String, command: (_ scratch: String) -> [String]) throws(SystemFailure) {
    let scratch = try Self.makeFolder(name)
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SystemFailure("pipe") }
    defer { close(ends[0]) }
    // A child that held the writing end would keep itself alive.
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    output = open(scratch + "/output.log", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    let arguments = ["sh", "-c", Self.keeper, "sh", scratch] + command(scratch)
    do throws(SystemFailure) {
      shell = try Spawning.start(
        "/bin/sh", arguments, descriptors: [output, output, ends[0]], leadsGroup: true)
    } catch {
      unlink(scratch + "/output.log")
      rmdir(scratch)
      close(output)
      close(ends[1])
      throw error
    }
    lifeline = ends[1]
  }

  /// Whether the program ended by itself or was ended.
  var hasEnded: Bool {
    if !isReaped {
      var status: Int32 = 0
      isReaped = waitpid(shell, &status, WNOHANG) == shell
    }
    return isReaped
  }

  /// The last line that the program wrote, at most 4 KiB; it can be read after the end, too.
  var lastLine: String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let start = max(0, lseek(output, 0, SEEK_END) - buffer.count)
    let count = pread(output, &buffer, buffer.count, start)
    let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
  }

  /// Kills the program, waits until it is gone and its folder removed. That is short: nobody is asked.
  func end() {
    if let lifeline { close(lifeline) }
    lifeline = nil
    guard !isReaped else { return }
    var status: Int32 = 0
    while waitpid(shell, &status, 0) < 0, errno == EINTR {}
    isReaped = true
  }

  private static func makeFolder(_ name: String) throws(SystemFailure) -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var path = Array("\(parent)/\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&path) != nil else { throw SystemFailure("mkdtemp in \(parent)") }
    return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
