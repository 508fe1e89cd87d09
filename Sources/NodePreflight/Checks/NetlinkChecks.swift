// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import ObservabilityAPI

/// The kernel tells the accounting of a task by netlink, as the agent asks for it (`containers/taskstats.go`): the family
/// at its start, where it exits without, and each process before it tracks it.
struct TaskstatsCheck: Check {
  func look(at host: any HostAccess) throws(HostError) -> Finding {
    let family: UInt16?
    do {
      family = try self.family(host)
    } catch {
      guard error.kind == .unsupported else { throw error }
      return .lack(.taskstatsUnavailable, error.description)
    }
    guard let family else { return .lack(.taskstatsUnavailable, "netlink knows no family TASKSTATS") }
    // Process 1 is always there. To ask wants NET_ADMIN in the initial user namespace.
    let attribute = NetlinkAttribute(UInt16(TASKSTATS_CMD_ATTR_PID), UInt32(1).bytes)
    let question = Self.generic(type: family, command: UInt8(TASKSTATS_CMD_GET), attribute)
    let code = try host.answer(to: question, protocol: NETLINK_GENERIC, about: "the accounting of process 1").code
    guard code == 0 else { return .lack(.taskstatsUnavailable, "the accounting of process 1: \(errorText(code))") }
    return .present
  }

  /// The number that this kernel has given the family; nil if it has none.
  private func family(_ host: any HostAccess) throws(HostError) -> UInt16? {
    let name = NetlinkAttribute(UInt16(CTRL_ATTR_FAMILY_NAME), Array(TASKSTATS_GENL_NAME.utf8) + [0])
    let question = Self.generic(type: UInt16(GENL_ID_CTRL), command: UInt8(CTRL_CMD_GETFAMILY), name)
    let (message, code) = try host.answer(to: question, protocol: NETLINK_GENERIC, about: "the family TASKSTATS")
    guard code == 0, message.payload.count > Self.genericHeader else { return nil }
    let attributes = NetlinkAttribute.list(message.payload[Self.genericHeader...])
    return attributes.first { $0.type == UInt16(CTRL_ATTR_FAMILY_ID) }?.value.integer(at: 0, UInt16.self)
  }

  /// The header of generic netlink: command, version, two bytes reserved.
  private static let genericHeader = 4

  private static func generic(type: UInt16, command: UInt8, _ attribute: NetlinkAttribute) -> NetlinkMessage {
    NetlinkMessage(type: type, flags: UInt16(NLM_F_REQUEST), payload: [command, 1, 0, 0] + attribute.bytes)
  }
}

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
