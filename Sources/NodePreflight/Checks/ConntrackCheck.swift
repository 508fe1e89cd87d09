// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import ObservabilityAPI

/// The connection tracking table can be read by netlink, as the agent does at its start (`ebpftracer/init.go`), where it
/// exits if it cannot.
///
/// The kernel loads the modules `nfnetlink` and `nf_conntrack_netlink` for whoever asks, if it has them. To ask wants
/// NET_ADMIN; without it the kernel does not even tell whether it has connection tracking.
struct ConntrackCheck: Check {
  /// The question for the whole table of IPv4; only the start of the answer is read.
  static let question = NetlinkMessage(
    type: UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(IPCTNL_MSG_CT_GET.rawValue),
    flags: UInt16(NLM_F_REQUEST | NLM_F_DUMP), payload: [UInt8(AF_INET), UInt8(NFNETLINK_V0), 0, 0])

  func look(at host: any HostAccess) throws(HostError) -> Finding {
    let code: Int32
    do {
      code = try host.answer(to: Self.question, protocol: NETLINK_NETFILTER, about: "the connection tracking table")
        .code
    } catch {
      guard error.kind == .unsupported else { throw error }
      return .lack(.conntrackUnavailable, error.description)
    }
    // EINVAL is nfnetlink's word for a subsystem that is not there.
    return code == 0
      ? .present
      : .lack(.conntrackUnavailable, "the question for the connection tracking table was answered: \(errorText(code))")
  }
}
