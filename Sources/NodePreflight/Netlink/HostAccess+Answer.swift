// SPDX-License-Identifier: Apache-2.0

import Glibc

extension HostAccess {
  /// Asks the kernel and returns the first message of the answer, with the error that it carries, or 0.
  ///
  /// - Throws: ``HostError``, with kind `forbidden` if the kernel answers that a right is missing.
  func answer(
    to question: NetlinkMessage, protocol number: Int32, about subject: String
  ) throws(HostError) -> (message: NetlinkMessage, code: Int32) {
    guard let message = NetlinkMessage(try ask(question, protocol: number)) else {
      throw HostError(.other, "ask netlink for \(subject): the answer is cut off")
    }
    let code = message.errorNumber ?? 0
    if code == EPERM || code == EACCES {
      throw HostError(.forbidden, "ask netlink for \(subject): \(errorText(code))")
    }
    return (message, code)
  }
}
