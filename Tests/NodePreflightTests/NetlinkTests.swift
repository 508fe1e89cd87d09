// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import NodePreflight

@Suite struct NetlinkTests {
  @Test func isReadAsItIsWritten() {
    let message = NetlinkMessage(type: 0x101, flags: 0x301, payload: [2, 0, 0, 0])
    #expect(message.bytes.count == 20)
    #expect(NetlinkMessage(message.bytes) == message)
    #expect(message.errorNumber == nil)
  }

  @Test(arguments: [
    [], [1], Array(repeating: 0, count: 15), UInt32(15).bytes + Array(repeating: 0, count: 12),
    UInt32(17).bytes + Array(repeating: 0, count: 12), UInt32.max.bytes + Array(repeating: 0, count: 100),
  ])
  func whatIsCutOffIsNoMessage(_ datagram: [UInt8]) {
    #expect(NetlinkMessage(datagram) == nil)
  }

  @Test(arguments: [
    (UInt16(2), Int32(-1).bytes, Int32(1)), (2, Int32(0).bytes, 0), (2, Int32.min.bytes, 74), (2, Int32(5).bytes, 74),
    (2, [], 74), (3, Int32(0).bytes, 0), (3, Int32(-22).bytes, 22), (3, [], 0),
  ])
  func carriesAnError(_ type: UInt16, _ payload: [UInt8], _ number: Int32) {
    #expect(NetlinkMessage(type: type, flags: 0, payload: payload).errorNumber == number)
  }

  @Test func attributesArePadded() {
    let list = NetlinkAttribute(2, Array("TASKSTATS".utf8) + [0]).bytes + NetlinkAttribute(1, [31, 0]).bytes
    #expect(list.count == 16 + 8)
    #expect(NetlinkAttribute.list(list[...]).map(\.type) == [2, 1])
    #expect(NetlinkAttribute.list(list[...]).last?.value == [31, 0])
  }

  @Test(arguments: [[4, 0], [3, 0, 1, 0], [0, 0, 0, 0], [9, 0, 1, 0, 1, 1, 1, 1], [255, 255, 1, 0]])
  func attributesThatAreCutOffEndTheList(_ bytes: [UInt8]) {
    #expect(NetlinkAttribute.list(bytes[...]).isEmpty)
  }
}
