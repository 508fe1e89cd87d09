// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPTransport
import Testing
import Waiting

/// A real VictoriaMetrics, single node, on a free loopback port and with its data in a folder of its own.
struct VictoriaMetricsProcess {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The program on the PATH or in `/usr/bin`; nil if it is not installed.
  static let binary: String? = {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return (path.split(separator: ":").map(String.init) + ["/usr/bin"]).map { $0 + "/victoria-metrics" }
      .first { access($0, X_OK) == 0 }
  }()

  let host: String
  private let id: pid_t
  private let folder: String

  /// Runs the body beside a process that answers below the prefix, then ends the process and removes its data.
  static func with(
    prefix: String, _ transport: any HTTPTransport, _ body: (VictoriaMetricsProcess) async throws -> Void
  ) async throws {
    let process = try VictoriaMetricsProcess(prefix: prefix)
    do {
      let answers = await eventually {
        (try? await transport.send(HTTPRequest(url: "http://\(process.host)\(prefix)/health")))?.status == 200
      }
      try #require(answers, "victoria-metrics does not answer at \(process.host)")
      try await body(process)
    } catch {
      try? await blocking { process.stop() }
      throw error
    }
    try await blocking { process.stop() }
  }

  private init(prefix: String) throws {
    let binary = try #require(Self.binary)
    host = "127.0.0.1:\(try Self.freePort())"
    folder = try Self.makeFolder()
    let arguments = [
      binary, "-httpListenAddr=\(host)", "-http.pathPrefix=\(prefix)", "-storageDataPath=\(folder)",
      "-loggerLevel=ERROR",
    ]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    for other in Self.openDescriptors() where other > 2 { posix_spawn_file_actions_addclose(&actions, other) }
    // A task's thread may block signals, which the program would inherit.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var strings = arguments.map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    var child = pid_t()
    let result = posix_spawn(&child, binary, &actions, &attributes, &strings, environ)
    id = child
    guard result == 0 else {
      rmdir(folder)
      throw Failure(description: "\(binary): \(String(cString: strerror(result)))")
    }
  }

  /// Asks it to end, waits until it has, and removes its data.
  private func stop() {
    kill(id, SIGTERM)
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    Self.remove(folder)
  }

  private static func makeFolder() throws -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array("\(parent)/victoria-metrics-tests-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw Failure(description: String(cString: strerror(errno))) }
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func remove(_ path: String) {
    if let entries = opendir(path) {
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { remove("\(path)/\(name)") }
      }
      closedir(entries)
    }
    Glibc.remove(path)
  }

  /// A loopback port that nobody listens on.
  private static func freePort() throws -> UInt16 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) | getsockname(socket, $0, &length)
      }
    }
    guard result == 0 else { throw Failure(description: String(cString: strerror(errno))) }
    return UInt16(bigEndian: address.sin_port)
  }

  /// The descriptors of this process that are open. Those of libraries may lack O_CLOEXEC: a child that inherited a
  /// listening socket would keep its port.
  private static func openDescriptors() -> [Int32] {
    guard let entries = opendir("/proc/self/fd") else { return [] }
    defer { closedir(entries) }
    var descriptors: [Int32] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if let descriptor = Int32(name) { descriptors.append(descriptor) }
    }
    return descriptors
  }
}
