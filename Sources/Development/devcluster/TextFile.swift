// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// Small files, with errors that name the file and the cause.
enum TextFile {
  private static let limit = 16 << 20

  /// - Throws: if the file cannot be read or is longer than 16 MiB.
  static func read(_ path: String) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("read", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", path) }
      if count == 0 { break }
      bytes += buffer.prefix(count)
      guard bytes.count <= limit else { throw ValidationError("\(path) is longer than \(limit) bytes") }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes a file that only its owner may read, in the place of one that is there.
  static func writePrivately(_ text: String, to path: String) throws {
    let draft = path + ".new"
    unlink(draft)
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("write", path) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write", path) }
      rest = rest.dropFirst(count)
    }
    guard rename(draft, path) == 0 else { throw failure("write", path) }
  }

  /// Sends out what was printed, also where the output is no terminal.
  static func flushOutput() { fflush(nil) }

  private static func failure(_ verb: String, _ path: String) -> ValidationError {
    ValidationError("cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }
}
