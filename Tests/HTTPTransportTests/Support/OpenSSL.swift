// SPDX-License-Identifier: Apache-2.0

import Glibc
import Waiting

/// Certificates made for the tests, and a TLS server that shows them; both by the `openssl` command.
struct OpenSSL {
  /// Whether the command is there.
  static let isInstalled = access("/usr/bin/openssl", X_OK) == 0

  /// A certificate or a server that could not be made.
  struct Failure: Error, CustomStringConvertible { let description: String }

  /// The certificates, made once. The command takes its time, and so do tests that wait for the first of them.
  static var shared: OpenSSL {
    get async throws {
      guard let made = try await blocking({ made }) else {
        throw Failure(description: "openssl could not make the certificates")
      }
      return made
    }
  }

  /// nil if a step failed.
  private static let made = OpenSSL()

  let folder: String

  private static let script = """
    set -e
    new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    for ca in ca other; do openssl req -x509 $new -keyout $ca.key -out $ca.crt -subj /CN=$ca -days 2; done
    sign() { # name, subjectAltName, days, serial number, common name
      openssl req $new -keyout $1.key -out $1.csr -subj /CN=${5:-$1}
      echo "subjectAltName=$2" > $1.ext
      openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -set_serial $4 -out $1.crt -days $3 -extfile $1.ext
    }
    sign good IP:127.0.0.1,DNS:api.test 2 1
    sign elsewhere DNS:elsewhere.test 2 2
    sign expired IP:127.0.0.1 -1 3
    sign client DNS:client.test 2 4
    sign mail email:ops@example.test 2 5 127.0.0.1
    openssl req $new -keyout legacy.key -out legacy.csr -subj /CN=127.0.0.1
    openssl x509 -req -in legacy.csr -CA ca.crt -CAkey ca.key -set_serial 6 -out legacy.crt -days 2
    openssl ec -in client.key -aes128 -passout pass:secret -out locked.key
    """

  private init?() {
    var template = Array("/tmp/http-transport-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let child = Child("cd \(folder) && { \(Self.script)\n} >log 2>&1"), child.wait() == 0 else { return nil }
    atexit {
      guard let made = OpenSSL.made else { return }
      _ = Child("rm -rf \(made.folder)")?.wait()
    }
  }

  /// The bytes of a file of the folder.
  func file(_ name: String) -> [UInt8] {
    let descriptor = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  /// A server with that certificate on a free port.
  func serve(_ certificate: String, options: String = "") async throws -> TLSServer {
    let arguments = "-accept 0 -www -cert \(certificate).crt -key \(certificate).key \(options)"
    let server = try await blocking { [folder] in TLSServer("cd \(folder) && exec openssl s_server \(arguments)") }
    guard let server else { throw Failure(description: "openssl s_server \(arguments) does not listen") }
    return server
  }
}

/// A running `openssl s_server`.
final class TLSServer: Sendable {
  let port: UInt16
  var url: String { "https://127.0.0.1:\(port)/" }
  private let child: Child

  fileprivate init?(_ command: String) {
    guard let child = Child(command + " 2>&1") else { return nil }
    self.child = child
    guard let port = child.readPort() else { return nil }
    self.port = port
  }

  deinit { child.stop() }
}

/// A child process and what it writes.
final class Child: Sendable {
  private let process: pid_t
  private let output: Int32
  /// Where it reads from, or -1 for nothing.
  private let input: Int32

  init?(_ command: String, hasInput: Bool = false) {
    guard let ends = Self.pipe(), let inputEnds = hasInput ? Self.pipe() : [-1, -1] else { return nil }
    output = ends[0]
    input = inputEnds[1]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    if hasInput {
      posix_spawn_file_actions_adddup2(&actions, inputEnds[0], 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    // What other tests have open at this moment is not the child's to hold. To close what is not open is no error.
    for descriptor in 3..<min(1024, getdtablesize()) { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var arguments: [UnsafeMutablePointer<CChar>?] = [
      strdup("/bin/sh"), strdup("-c"), strdup(command), nil,
    ]
    var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), nil]
    var process = pid_t()
    let result = posix_spawn(&process, "/bin/sh", &actions, nil, &arguments, &environment)
    posix_spawn_file_actions_destroy(&actions)
    for text in arguments + environment { free(text) }
    close(ends[1])
    if hasInput { close(inputEnds[0]) }
    self.process = process
    guard result == 0 else { return nil }
  }

  deinit {
    close(output)
    if input >= 0 { close(input) }
  }

  /// Both ends, closed in every other child.
  private static func pipe() -> [Int32]? {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return ends
  }

  func readCharacter() -> Character? {
    var byte: UInt8 = 0
    return read(output, &byte, 1) == 1 ? Character(UnicodeScalar(byte)) : nil
  }

  /// The port on which an `openssl s_server` listens: it says `ACCEPT [::]:12345` once it does.
  func readPort() -> UInt16? {
    var line = ""
    while let character = readCharacter() {
      if character == "\n" {
        if line.hasPrefix("ACCEPT") { break }
        line = ""
      } else {
        line.append(character)
      }
    }
    return line.split(separator: ":").last.flatMap { UInt16($0) }
  }

  /// Gives it something to read.
  func write(_ text: String) {
    _ = Glibc.write(input, text, text.utf8.count)
  }

  /// All that it writes until it ends.
  func readAll() -> [UInt8]? {
    var all: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(output, &bytes, bytes.count)
      guard count > 0 else { break }
      all += bytes.prefix(count)
    }
    return wait() == 0 ? all : nil
  }

  func wait() -> Int32 {
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return status
  }

  func stop() {
    kill(process, SIGKILL)
    _ = wait()
  }
}
