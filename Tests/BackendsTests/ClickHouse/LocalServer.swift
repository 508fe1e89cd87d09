// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPTransport
import Testing
import Waiting

/// A server program on loopback, with a folder of its own that is removed with it.
final class LocalServer: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Where it keeps its files.
  let folder: String

  /// Makes the folder.
  init() throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array("\(parent)/clickhouse-tests-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw Failure(description: String(cString: strerror(errno))) }
    folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(folder) }

  /// Runs the body beside the program, once it answers `/ping`, and then ends the program.
  func run(
    _ arguments: [String], pingAt url: String, _ transport: any HTTPTransport, _ body: () async throws -> Void
  ) async throws {
    let id = try Self.spawn(arguments, in: folder)
    do {
      let answers = await eventually(every: .milliseconds(20)) {
        (try? await transport.send(HTTPRequest(url: url + "ping")))?.status == 200
      }
      try #require(answers, "\(arguments.first ?? "") does not answer at \(url)")
      try await body()
    } catch {
      try? await Self.end(id)
      throw error
    }
    try await Self.end(id)
  }

  /// Runs a program to its end.
  func run(_ arguments: [String]) async throws {
    let id = try Self.spawn(arguments, in: folder)
    let status = try await blocking { Self.wait(id) }
    guard status == 0 else { throw Failure(description: "\(arguments) ended with \(status)") }
  }

  /// Puts a file into the folder.
  func write(_ text: String, to name: String) throws {
    let file = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0, Glibc.write(file, text, text.utf8.count) == text.utf8.count, close(file) == 0 else {
      throw Failure(description: "\(name): \(String(cString: strerror(errno)))")
    }
  }

  /// The bytes of a file of the folder, at most 64 KiB.
  func read(_ name: String) -> [UInt8] {
    let file = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(file, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  /// Loopback ports without a listener.
  static func freePorts(_ count: Int) throws -> [Int] {
    let listeners = try (0..<count).map { _ in try SilentServer() }
    return listeners.map(\.port)
  }

  /// The first of these programs that can be run.
  static func find(_ name: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return (path.split(separator: ":").map(String.init) + ["/usr/bin", "/usr/sbin"]).map { "\($0)/\(name)" }
      .first { access($0, X_OK) == 0 }
  }

  private static func end(_ id: pid_t) async throws {
    _ = try await blocking {
      // Asked kindly, 18.16 first waits for its idle connections.
      kill(id, SIGKILL)
      return wait(id)
    }
  }

  private static func wait(_ id: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status
  }

  private static func spawn(_ arguments: [String], in folder: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "\(folder)/output", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // A child that inherited another test's listening socket would keep its port. To close what is not open is no error.
    for descriptor in 3..<min(1024, getdtablesize()) { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A task's thread may block signals, which the program would inherit.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    // Glibc shows Swift no action that changes the folder.
    let shell = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, folder] + arguments
    var strings = shell.map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    var child = pid_t()
    let result = posix_spawn(&child, shell[0], &actions, &attributes, &strings, environ)
    guard result == 0 else { throw Failure(description: "\(arguments[0]): \(String(cString: strerror(result)))") }
    return child
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
}

/// A loopback port where connections are made and nothing is ever answered.
final class SilentServer: Sendable {
  let port: Int
  private let socket: Int32

  init() throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = socket
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) | listen(descriptor, 8) | getsockname(descriptor, $0, &length)
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    guard result == 0 else { throw LocalServer.Failure(description: String(cString: strerror(errno))) }
  }

  deinit { close(socket) }
}
