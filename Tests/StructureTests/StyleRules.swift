// SPDX-License-Identifier: Apache-2.0

/// How a file is written. Each rule returns what is wrong with one file.
enum StyleRules {
  static let longestFile = 500
  static let medianFile = 150

  static func licence(_ file: SourceFile) -> [String] {
    file.lines.first == "// SPDX-License-Identifier: Apache-2.0" ? [] : ["does not begin with the SPDX line"]
  }

  static func length(_ file: SourceFile) -> [String] {
    file.lineCount <= longestFile ? [] : ["has \(file.lineCount) lines, more than \(longestFile)"]
  }

  /// `bench-decoders` alone may: it measures Foundation's decoders, and nothing is built on it.
  static func foundation(_ file: SourceFile) -> [String] {
    guard file.isSource, file.target != "bench-decoders" else { return [] }
    return DependencyRules.imports(file.text).filter { ["Foundation", "FoundationNetworking"].contains($0) }
      .map { "imports \($0)" }
  }

  /// Only the thread that drives libcurl may promise the compiler what it cannot see.
  static func uncheckedSendable(_ file: SourceFile) -> [String] {
    guard file.target != "HTTPTransport" || !file.isSource else { return [] }
    return places(of: /@unchecked\s+Sendable/, in: file)
  }

  static func traps(_ file: SourceFile) -> [String] {
    file.isSource ? places(of: /\btry!|\bas!|\bfatalError\s*\(/, in: file) : []
  }

  static func unfinishedWork(_ file: SourceFile) -> [String] {
    file.isSource ? places(of: /\b(?:TODO|FIXME)\b/, in: file) : []
  }

  /// Whether tests run it: they themselves, and what they share.
  private static func servesTests(_ file: SourceFile) -> Bool {
    file.isTest || ["Harness", "ProcessSupport", "Replay", "Simulation", "Waiting"].contains(file.target)
  }

  /// A test awaits a state with a deadline; one that sleeps is slow, flaky or both. The helper that polls for the state
  /// stands in a file of its own, `Eventually.swift`.
  static func sleepingTest(_ file: SourceFile) -> [String] {
    servesTests(file) && !file.path.hasSuffix("/Eventually.swift")
      ? places(of: /\b(?:Task|Thread)\.sleep\b|\b(?:u|nano)sleep\s*\(/, in: file) : []
  }

  /// The files of tests that hold blocking calls, because they run them on threads of their own.
  private static let blockers: Set<String> = [
    "Tests/BackendsTests/ClickHouse/LocalServer.swift", "Sources/Development/LocalServers/LocalProgram.swift",
    "Tests/HTTPTransportTests/Support/OpenSSL.swift",
    "Tests/HTTPTransportTests/Support/ScriptedProxy.swift", "Tests/HTTPTransportTests/Support/ScriptedServer.swift",
    "Tests/HTTPTransportTests/Support/Signal.swift", "Sources/Development/ProcessSupport/ChildProcess.swift",
    "Sources/Development/Simulation/Scheduling/SimulationThread.swift", "Tests/TelemetryTests/Support/Wire.swift",
  ]

  /// A test that blocks a thread holds up all others: there are as few threads as processors.
  static func blockingTest(_ file: SourceFile) -> [String] {
    servesTests(file) && !blockers.contains(file.path)
      ? places(
        of:
          /\b(?:waitpid|waitid|wait4|pthread_join|pthread_cond_wait|sem_wait|recv|recvfrom|poll|ppoll|system|popen)\s*\(|\b(?:Dispatch(?:Semaphore|Group)|Condition[L]ock)\b/,
        in: file) : []
  }

  /// A message is constant, so that it can be searched for; what varies goes into the metadata.
  static func interpolatedLogMessage(_ file: SourceFile) -> [String] {
    guard file.isSource else { return [] }
    return places(
      of: /(?i)\blog(?:ger)?\??\.(?:trace|debug|info|notice|warning|error|critical)\(\s*"(?:[^"\\]|\\[^(])*\\\(/,
      in: file)
  }

  static func median(_ counts: [Int]) -> Int {
    counts.isEmpty ? 0 : counts.sorted()[counts.count / 2]
  }

  static func places<Output>(of pattern: Regex<Output>, in file: SourceFile) -> [String] {
    // The other kind sees no boundary between the words of "self.logger".
    file.text.ranges(of: pattern.wordBoundaryKind(.simple)).map { range in
      let line = file.text[..<range.lowerBound].utf8.count { $0 == UInt8(ascii: "\n") } + 1
      return "line \(line): \(file.text[range])"
    }
  }
}
