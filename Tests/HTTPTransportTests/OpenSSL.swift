// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Certificates made for the tests, and a TLS server that shows them; both by the `openssl` command.
struct OpenSSL {
  /// Whether the command is there.
  static let isInstalled = access("/usr/bin/openssl", X_OK) == 0

  /// Made once; nil if a step failed.
  static let shared = OpenSSL()

  let folder: String

  private static let script = """
    set -e
    new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    for ca in ca other; do openssl req -x509 $new -keyout $ca.key -out $ca.crt -subj /CN=$ca -days 2; done
    sign() { # name, subjectAltName, days, serial number
      openssl req $new -keyout $1.key -out $1.csr -subj /CN=$1
      echo "subjectAltName=$2" > $1.ext
      openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -set_serial $4 -out $1.crt -days $3 -extfile $1.ext
    }
    sign good IP:127.0.0.1,DNS:api.test 2 1
    sign elsewhere DNS:elsewhere.test 2 2
    sign expired IP:127.0.0.1 -1 3
    sign client DNS:client.test 2 4
    """

  private init?() {
    var template = Array("/tmp/http-transport-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let child = Child("cd \(folder) && { \(Self.script)\n} >log 2>&1"), child.wait() == 0 else { return nil }
    atexit {
      guard let made = OpenSSL.shared else { return }
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
  func serve(_ certificate: String, options: String = "") -> TLSServer? {
    TLSServer(
      "cd \(folder) && exec openssl s_server -accept 0 -www -cert \(certificate).crt -key \(certificate).key \(options)"
    )
  }
}

/// A running `openssl s_server`.
final class TLSServer: Sendable {
  let url: String
  private let child: Child

  fileprivate init?(_ command: String) {
    guard let child = Child(command + " 2>&1") else { return nil }
    self.child = child
    // It says `ACCEPT [::]:12345` once it listens.
    var line = ""
    while let character = child.readCharacter() {
      if character == "\n" {
        if line.hasPrefix("ACCEPT") { break }
        line = ""
      } else {
        line.append(character)
      }
    }
    guard let port = line.split(separator: ":").last, Int(port) != nil else { return nil }
    url = "https://127.0.0.1:\(port)/"
  }

  deinit { child.stop() }
}

/// A child process and what it writes.
final class Child: Sendable {
  private let process: pid_t
  private let output: Int32

  init?(_ command: String) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    output = ends[0]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
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
    self.process = process
    guard result == 0 else { return nil }
  }

  deinit { close(output) }

  func readCharacter() -> Character? {
    var byte: UInt8 = 0
    return read(output, &byte, 1) == 1 ? Character(UnicodeScalar(byte)) : nil
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
