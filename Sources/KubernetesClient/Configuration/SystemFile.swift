// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a file cannot be read, as a phrase: `no such file`.
struct FileProblem: Error, Hashable {
  let cause: String
}

/// Reads small files whole.
enum SystemFile {
  /// The most that a token, certificate or kubeconfig may have.
  static let limit = 4 << 20

  /// Returns the bytes of a regular file, or of one that a symbolic link leads to, as the kubelet lays out tokens.
  ///
  /// A pipe, a socket or a device is refused without being read: reading it could block for ever, or never end.
  static func read(_ path: String) throws(FileProblem) -> [UInt8] {
    // The system would open what stands before a NUL.
    guard !path.utf8.contains(0) else { throw problem(ENOENT) }
    // O_NONBLOCK lets a pipe be opened that nothing writes to; a regular file knows no difference.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw problem(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw problem(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw problem(EISDIR)
    default: throw FileProblem(cause: "is not a regular file")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw problem(errno) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= limit else { throw FileProblem(cause: "larger than the \(limit) bytes accepted") }
    }
  }

  private static func problem(_ code: Int32) -> FileProblem {
    switch code {
    case ENOENT, ENOTDIR: FileProblem(cause: "no such file")
    case EACCES, EPERM: FileProblem(cause: "permission denied")
    case EISDIR: FileProblem(cause: "is a directory")
    case ENXIO: FileProblem(cause: "is not a regular file")
    default: FileProblem(cause: String(cString: strerror(code)))
    }
  }
}

/// A function that reads a file whole; tests put their own in its place.
typealias FileReader = @Sendable (String) throws(FileProblem) -> [UInt8]

/// Text in the encoding that its byte order mark names.
///
/// Shells of Windows write UTF-16 when a kubeconfig is redirected into a file. kube-rs reads such a file, client-go does
/// not; we do.
enum ByteOrderMark {
  /// The same text in UTF-8, with no mark if there was one of UTF-16; nil if it is not what its mark says.
  static func utf8(_ bytes: [UInt8]) -> [UInt8]? {
    let isLittleEndian: Bool
    switch (bytes.first, bytes.dropFirst().first) {
    case (0xff, 0xfe): isLittleEndian = true
    case (0xfe, 0xff): isLittleEndian = false
    // The YAML parser takes UTF-8 with or without a mark, and checks it.
    default: return bytes
    }
    guard bytes.count.isMultiple(of: 2) else { return nil }
    let units = stride(from: 2, to: bytes.count, by: 2).map { index in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return isLittleEndian ? second << 8 | first : first << 8 | second
    }
    return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
  }
}
