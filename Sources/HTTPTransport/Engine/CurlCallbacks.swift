// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc

// MARK: What libcurl calls

private func transfer(_ context: UnsafeMutableRawPointer) -> Transfer {
  Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

private func bytes(_ start: UnsafeMutablePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
  let raw = UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
  return raw.bindMemory(to: UInt8.self)
}

let bodyCallback: ccurl_data_callback = { start, size, count, context in
  guard let context else { return 0 }
  switch transfer(context).receivedBody(bytes(start, size * count)) {
  case .taken: return size * count
  case .paused: return ccurl_pause
  // A count that differs from what was given ends the transfer; an empty piece is never given.
  case .refused: return 0
  }
}

let headerCallback: ccurl_data_callback = { start, size, count, context in
  guard let context else { return 0 }
  return transfer(context).receivedHeaderLine(bytes(start, size * count)) ? size * count : 0
}

let progressCallback: curl_xferinfo_callback = { context, _, downloaded, _, uploaded in
  guard let context else { return 1 }
  transfer(context).progressed(uploaded: Int(uploaded), downloaded: Int(downloaded))
  return 0
}

/// The address that libcurl is about to connect to; nil if it is no IP address.
///
/// `addr` is declared as the general `sockaddr` and followed by as much as the family needs.
private func ipAddress(_ address: UnsafePointer<curl_sockaddr>) -> IPAddress? {
  guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
  let start = UnsafeRawPointer(address) + offset
  let length = Int(address.pointee.addrlen)
  switch address.pointee.family {
  case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
    return withUnsafeBytes(of: start.loadUnaligned(as: sockaddr_in.self).sin_addr) { IPAddress(bytes: Array($0)) }
  case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
    return withUnsafeBytes(of: start.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { IPAddress(bytes: Array($0)) }
  default: return nil
  }
}

let socketCallback: curl_opensocket_callback = { context, _, address in
  guard let context, let address else { return CURL_SOCKET_BAD }
  let kind = address.pointee
  return transfer(context).openSocket(kind.family, kind.socktype, kind.protocol, to: ipAddress(address))
}

let readyCallback: curl_prereq_callback = { context, _, _, _, _ in
  guard let context else { return Int32(CURL_PREREQFUNC_ABORT) }
  return Int32(transfer(context).connectionIsReady() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT)
}
