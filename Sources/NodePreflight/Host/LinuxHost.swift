// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// The node as it is seen from a pod with `hostPID: true`.
public struct LinuxHost: HostAccess {
  /// The largest file that is read, in bytes.
  public static let readLimit = 64 << 10

  private let networkNamespace: String
  private let prefix: (from: String, to: String)?

  /// The node whose first process is process 1.
  public init() {
    networkNamespace = "/proc/1/ns/net"
    prefix = nil
  }

  /// A host made for a test: a namespace by its path, and `/proc/1/root` replaced.
  init(networkNamespace: String, root: String) {
    self.networkNamespace = networkNamespace
    prefix = ("/proc/1/root", root)
  }

  /// Moves the calling thread into the host's network namespace with setns(2), which wants `SYS_ADMIN`.
  public func enterHostNetwork() throws(HostError) {
    if getpid() == 1, prefix == nil {
      throw HostError(
        .forbidden, "this process is process 1, so the host's is out of sight: the pod needs hostPID: true")
    }
    let descriptor = open(networkNamespace, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Self.error("open \(networkNamespace)", errno, needs: "the capability SYS_PTRACE, and uid 0")
    }
    defer { close(descriptor) }
    guard setns(descriptor, CInt(cl_new_network)) == 0 else {
      throw Self.error("enter \(networkNamespace)", errno, needs: "the capability SYS_ADMIN")
    }
  }

  /// The content of a file, at most ``readLimit`` bytes.
  public func readFile(_ path: String) throws(HostError) -> [UInt8] {
    let path = resolved(path)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.error("read \(path)", errno, needs: "the capability SYS_PTRACE") }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.error("read \(path)", errno, needs: "the capability SYS_PTRACE") }
      if count == 0 { return content }
      guard content.count + count <= Self.readLimit else {
        throw HostError(.other, "read \(path): longer than \(Self.readLimit) bytes")
      }
      content.append(contentsOf: buffer[..<count])
    }
  }

  /// Writes the bytes in one call, as the kernel's settings want it.
  public func writeFile(_ path: String, _ bytes: [UInt8]) throws(HostError) {
    let path = resolved(path)
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.error("write \(path)", errno, needs: "uid 0 and SYS_PTRACE") }
    defer { close(descriptor) }
    let count = write(descriptor, bytes, bytes.count)
    guard count >= 0 else { throw Self.error("write \(path)", errno, needs: "uid 0 and SYS_PTRACE") }
    guard count == bytes.count else { throw HostError(.other, "write \(path): \(count) of \(bytes.count) bytes") }
  }

  private func resolved(_ path: String) -> String {
    guard let prefix, path.hasPrefix(prefix.from) else { return path }
    return prefix.to + path.dropFirst(prefix.from.count)
  }

  private static func error(_ action: String, _ code: CInt, needs right: String) -> HostError {
    let text = "\(action): \(errorText(code))"
    switch code {
    case ENOENT: return HostError(.missing, text)
    case EROFS: return HostError(.readOnly, text)
    case EACCES, EPERM: return HostError(.forbidden, "\(text); the init container needs \(right)")
    default: return HostError(.other, text)
    }
  }
}
