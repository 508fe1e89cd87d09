// SPDX-License-Identifier: Apache-2.0

import CleanText
import Glibc
import KubernetesClient
import YAML

/// Reads what the command line names.
enum InputFile {
  /// The most that is read, in bytes: more than any object that the API server would take.
  static let limit = 4 << 20

  /// The bytes of the regular file, or of standard input for `-`.
  static func bytes(_ name: String) throws(InputError) -> [UInt8] {
    // O_NONBLOCK lets a pipe be opened that nothing writes to.
    let descriptor = name == "-" ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw InputError(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw InputError(errno) }
    let kind = status.st_mode & S_IFMT
    guard name == "-" || kind == S_IFREG || kind == S_IFDIR else {
      throw InputError("is not a regular file; use - to read from a pipe")
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw InputError(errno)
      }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else { throw InputError("longer than the \(limit) bytes that are read") }
    }
  }
}

/// Why a file cannot be read, as the system says it.
struct InputError: Error, CustomStringConvertible {
  let description: String

  init(_ number: Int32) {
    description = String(cString: strerror(number)).lowercased()
  }

  init(_ description: String) {
    self.description = description
  }
}

enum LocatedDocumentSource {
  /// The one document of a file, with the places of its values.
  static func read(_ name: String) throws -> LocatedDocument {
    try YAMLDecoder.located(try InputFile.bytes(name))
  }
}

/// Writes lines to standard error.
///
/// Texts may come from a file, a node or a server: what has no shape of its own becomes a space. The spaces of a log line
/// stay.
func complain(_ text: String) {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    String(String.UnicodeScalarView(line.unicodeScalars.map { $0.isInvisible ? " " : $0 }))
  }
  let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    guard count > 0 else { return }
    rest = rest.dropFirst(count)
  }
}
