// SPDX-License-Identifier: Apache-2.0

import CCurl

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

let socketCallback: curl_opensocket_callback = { context, _, address in
  guard let context, let address = address?.pointee else { return CURL_SOCKET_BAD }
  return transfer(context).openSocket(address.family, address.socktype, address.protocol)
}

let readyCallback: curl_prereq_callback = { context, _, _, _, _ in
  guard let context else { return Int32(CURL_PREREQFUNC_ABORT) }
  transfer(context).connectionIsReady()
  return Int32(CURL_PREREQFUNC_OK)
}
