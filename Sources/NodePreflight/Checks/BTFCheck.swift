// SPDX-License-Identifier: Apache-2.0

/// The kernel describes its types, which the profiler needs. The rest of the agent does without.
struct BTFCheck: Check {
  static let path = "\(HostPath.root)/sys/kernel/btf/vmlinux"
  /// How the description begins (`linux/btf.h`), in this machine's byte order.
  static let magic: UInt16 = 0xEB9F

  func look(at host: any HostAccess) throws(HostError) -> Finding {
    let cause: String
    do {
      if try host.readFile(Self.path, atMost: 2).integer(at: 0, UInt16.self) == Self.magic { return .present }
      cause = "\(Self.path) is no BTF"
    } catch {
      guard error.kind == .missing else { throw error }
      cause = error.description
    }
    return .note("there will be no profiles, which need a kernel with CONFIG_DEBUG_INFO_BTF: \(cause)")
  }
}
