// SPDX-License-Identifier: Apache-2.0

import Glibc

extension LinuxHost {
  /// The start of a file; never waits for one to become ready.
  public func readFile(_ path: String, atMost limit: Int) throws(HostError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw HostError("read \(path)", errno) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while content.count < limit {
      let count = read(descriptor, &buffer, min(buffer.count, limit - content.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw HostError("read \(path)", errno) }
      if count == 0 { break }
      content.append(contentsOf: buffer[..<count])
    }
    return content
  }

  /// Writes the bytes in one call, as the kernel's settings want it.
  public func writeFile(_ path: String, _ bytes: [UInt8]) throws(HostError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw HostError("write \(path)", errno) }
    defer { close(descriptor) }
    let count = write(descriptor, bytes, bytes.count)
    guard count >= 0 else { throw HostError("write \(path)", errno) }
    guard count == bytes.count else { throw HostError(.other, "write \(path): \(count) of \(bytes.count) bytes") }
  }
}
