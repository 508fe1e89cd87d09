// SPDX-License-Identifier: Apache-2.0

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
