// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A message to the kernel or from it (`linux/netlink.h`), in the byte order of this machine.
public struct NetlinkMessage: Hashable, Sendable {
  /// The kind of message; what it means is up to the protocol, below 16 it is the same in all.
  public var type: UInt16
  /// `NLM_F_REQUEST` and others.
  public var flags: UInt16
  /// What follows the header.
  public var payload: [UInt8]

  /// The length of the header.
  static let header = 16
  /// A message that carries an error, or the word that there was none.
  static let error: UInt16 = 2
  /// The end of a list.
  static let done: UInt16 = 3

  /// A message made of its parts.
  init(type: UInt16, flags: UInt16, payload: [UInt8]) {
    self.type = type
    self.flags = flags
    self.payload = payload
  }

  /// The first message of a datagram; nil if the datagram is shorter than it says.
  init?(_ datagram: [UInt8]) {
    guard let length = datagram.integer(at: 0, UInt32.self), let type = datagram.integer(at: 4, UInt16.self),
      let flags = datagram.integer(at: 6, UInt16.self), length >= Self.header, length <= datagram.count
    else { return nil }
    self.init(type: type, flags: flags, payload: Array(datagram[Self.header..<Int(length)]))
  }

  /// The message as it is sent. The sequence is 1: one question is asked on a socket.
  var bytes: [UInt8] {
    UInt32(Self.header + payload.count).bytes + type.bytes + flags.bytes + UInt32(1).bytes + UInt32(0).bytes + payload
  }

  /// The error that the message carries, as a positive errno; 0 for the word that there was none, nil if it carries
  /// none. The end of a list may carry one too.
  var errorNumber: Int32? {
    guard type == Self.error || type == Self.done else { return nil }
    guard let code = payload.integer(at: 0, Int32.self) else { return type == Self.done ? 0 : EBADMSG }
    return code <= 0 && code > -4096 ? -code : EBADMSG
  }
}

extension FixedWidthInteger {
  /// The bytes in the order of this machine.
  var bytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }
}

extension [UInt8] {
  /// The integer at that place, in the order of this machine; nil if it is not all there.
  func integer<Value: FixedWidthInteger>(at offset: Int, _: Value.Type) -> Value? {
    guard offset >= 0, offset + MemoryLayout<Value>.size <= count else { return nil }
    return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
  }
}

/// An attribute: length, type and value, padded to four bytes.
struct NetlinkAttribute {
  let type: UInt16
  let value: [UInt8]

  init(_ type: UInt16, _ value: [UInt8]) {
    self.type = type
    self.value = value
  }

  var bytes: [UInt8] {
    let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    return UInt16(4 + value.count).bytes + type.bytes + value + padding
  }

  /// The attributes of a list up to the first that is cut off.
  static func list(_ bytes: ArraySlice<UInt8>) -> [NetlinkAttribute] {
    var rest = Array(bytes)
    var attributes: [NetlinkAttribute] = []
    while let length = rest.integer(at: 0, UInt16.self).map(Int.init), length >= 4, length <= rest.count,
      let type = rest.integer(at: 2, UInt16.self)
    {
      attributes.append(NetlinkAttribute(type, Array(rest[4..<length])))
      rest.removeFirst(min(rest.count, (length + 3) & ~3))
    }
    return attributes
  }
}

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
