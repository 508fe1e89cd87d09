// SPDX-License-Identifier: Apache-2.0

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
