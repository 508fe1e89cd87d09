// SPDX-License-Identifier: Apache-2.0

import CCurl

/// An easy handle made ready for one request, and the memory that libcurl looks into meanwhile.
final class EasySetup {
  /// The handle; whoever takes it cleans it up.
  let easy: UnsafeMutableRawPointer
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  private let messageBuffer: UnsafeMutablePointer<CChar>

  /// - Parameter context: the ``Transfer``, unretained: it lives until its handle is cleaned up.
  init(
    _ request: HTTPRequest, _ target: RequestTarget, userAgent: String, context: UnsafeMutableRawPointer
  ) throws(TransportError) {
    guard let easy = curl_easy_init() else { throw .invalid(target.host, "out of memory") }
    self.easy = easy
    messageBuffer = .allocate(capacity: ccurl_error_size)
    messageBuffer.initialize(repeating: 0, count: ccurl_error_size)
    do throws(TransportError) {
      try apply(request, target, userAgent, context)
    } catch {
      curl_easy_cleanup(easy)
      throw error
    }
  }

  deinit {
    for list in lists { curl_slist_free_all(list) }
    messageBuffer.deallocate()
  }

  /// libcurl's own words about what went wrong, or an empty text.
  var message: String { String(cString: messageBuffer) }

  private func apply(
    _ request: HTTPRequest, _ target: RequestTarget, _ userAgent: String, _ context: UnsafeMutableRawPointer
  ) throws(TransportError) {
    let host = target.host
    try set(CURLOPT_ERRORBUFFER, pointer: messageBuffer, host)
    try set(CURLOPT_NOSIGNAL, 1, host)
    // Lets a transfer be cancelled while its name is resolved without waiting for the resolver.
    try set(CURLOPT_QUICK_EXIT, 1, host)
    try set(CURLOPT_PROTOCOLS_STR, "http,https", host)
    try set(CURLOPT_PROXY, "", host)
    try set(CURLOPT_URL, target.url, host)
    try set(CURLOPT_PATH_AS_IS, 1, host)
    try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1, host)
    try set(CURLOPT_TCP_KEEPALIVE, 1, host)
    try set(CURLOPT_TCP_KEEPIDLE, 30, host)
    try set(CURLOPT_TCP_KEEPINTVL, 10, host)
    // Ours come first; this one only must not be shorter.
    try set(CURLOPT_CONNECTTIMEOUT, 86_400, host)
    try set(CURLOPT_USERAGENT, userAgent, host)
    if request.ownConnection {
      try set(CURLOPT_FRESH_CONNECT, 1, host)
      try set(CURLOPT_FORBID_REUSE, 1, host)
    }
    try applyMethod(request, host)
    try applyHeaders(request, target)
    try applyTLS(request.tls, host)
    if let connectTo = target.connectTo { try set(CURLOPT_CONNECT_TO, list: [connectTo], host) }
    try applyCallbacks(context, host)
  }

  private func applyMethod(_ request: HTTPRequest, _ host: String) throws(TransportError) {
    if request.method == "HEAD" {
      try set(CURLOPT_NOBODY, 1, host)
    } else if let body = request.body {
      try check(ccurl_set_large(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)), CURLOPT_POSTFIELDS, host)
      let code = body.withUnsafeBytes { bytes in
        var empty: UInt8 = 0
        return withUnsafeMutablePointer(to: &empty) { empty in
          ccurl_set_pointer(
            easy, CURLOPT_COPYPOSTFIELDS,
            UnsafeMutableRawPointer(mutating: bytes.baseAddress) ?? UnsafeMutableRawPointer(empty))
        }
      }
      try check(code, CURLOPT_COPYPOSTFIELDS, host)
    }
    try set(CURLOPT_CUSTOMREQUEST, request.method, host)
  }

  private func applyHeaders(_ request: HTTPRequest, _ target: RequestTarget) throws(TransportError) {
    let names = Set(request.headers.map { $0.name.lowercased() })
    // A name with a semicolon is libcurl's spelling of an empty value; a name with a bare colon leaves the field out.
    var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    if !names.contains("expect") { lines.append("Expect:") }
    if request.body != nil, !names.contains("content-type") { lines.append("Content-Type:") }
    if let field = target.hostField, !names.contains("host") { lines.append("Host: \(field)") }
    try set(CURLOPT_HTTPHEADER, list: lines, target.host)
  }

  private func applyTLS(_ tls: TLSOptions, _ host: String) throws(TransportError) {
    try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2, host)
    if tls.insecureSkipVerify {
      try set(CURLOPT_SSL_VERIFYPEER, 0, host)
      try set(CURLOPT_SSL_VERIFYHOST, 0, host)
    }
    let blobs = [
      (CURLOPT_CAINFO_BLOB, tls.certificateAuthorities), (CURLOPT_SSLCERT_BLOB, tls.clientCertificate),
      (CURLOPT_SSLKEY_BLOB, tls.clientKey),
    ]
    for case (let option, let bytes?) in blobs {
      let code = bytes.withUnsafeBytes { ccurl_set_blob(easy, option, $0.baseAddress, $0.count) }
      try check(code, option, host)
    }
  }

  private func applyCallbacks(_ context: UnsafeMutableRawPointer, _ host: String) throws(TransportError) {
    for option in [
      CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA, CURLOPT_PREREQDATA, CURLOPT_OPENSOCKETDATA,
    ] {
      try set(option, pointer: context, host)
    }
    try set(CURLOPT_NOPROGRESS, 0, host)
    try check(ccurl_set_data_callback(easy, CURLOPT_WRITEFUNCTION, bodyCallback), CURLOPT_WRITEFUNCTION, host)
    try check(ccurl_set_data_callback(easy, CURLOPT_HEADERFUNCTION, headerCallback), CURLOPT_HEADERFUNCTION, host)
    try check(ccurl_set_progress_callback(easy, progressCallback), CURLOPT_XFERINFOFUNCTION, host)
    try check(ccurl_set_socket_callback(easy, socketCallback), CURLOPT_OPENSOCKETFUNCTION, host)
    try check(ccurl_set_ready_callback(easy, readyCallback), CURLOPT_PREREQFUNCTION, host)
  }

  // MARK: One option each

  private func set(_ option: CURLoption, _ value: Int, _ host: String) throws(TransportError) {
    try check(ccurl_set_long(easy, option, value), option, host)
  }

  private func set(_ option: CURLoption, _ value: some BinaryInteger, _ host: String) throws(TransportError) {
    try check(ccurl_set_long(easy, option, Int(value)), option, host)
  }

  private func set(_ option: CURLoption, _ value: String, _ host: String) throws(TransportError) {
    try check(ccurl_set_string(easy, option, value), option, host)
  }

  private func set(
    _ option: CURLoption, pointer: UnsafeMutableRawPointer, _ host: String
  ) throws(TransportError) {
    try check(ccurl_set_pointer(easy, option, pointer), option, host)
  }

  private func set(_ option: CURLoption, list texts: [String], _ host: String) throws(TransportError) {
    var list: UnsafeMutablePointer<curl_slist>?
    for text in texts {
      guard let longer = curl_slist_append(list, text) else {
        curl_slist_free_all(list)
        throw .invalid(host, "out of memory")
      }
      list = longer
    }
    guard let list else { return }
    lists.append(list)
    try set(option, pointer: list, host)
  }

  private func check(_ code: CURLcode, _ option: CURLoption, _ host: String) throws(TransportError) {
    guard code != CURLE_OK else { return }
    throw .invalid(host, "libcurl refuses option \(option.rawValue): \(String(cString: curl_easy_strerror(code)))")
  }
}

// MARK: What libcurl calls

private func transfer(_ context: UnsafeMutableRawPointer) -> Transfer {
  Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

private func bytes(_ start: UnsafeMutablePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
  let raw = UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
  return raw.bindMemory(to: UInt8.self)
}

private let bodyCallback: ccurl_data_callback = { start, size, count, context in
  guard let context else { return 0 }
  switch transfer(context).receivedBody(bytes(start, size * count)) {
  case .taken: return size * count
  case .paused: return ccurl_pause
  // A count that differs from what was given ends the transfer; an empty piece is never given.
  case .refused: return 0
  }
}

private let headerCallback: ccurl_data_callback = { start, size, count, context in
  guard let context else { return 0 }
  return transfer(context).receivedHeaderLine(bytes(start, size * count)) ? size * count : 0
}

private let progressCallback: curl_xferinfo_callback = { context, _, downloaded, _, uploaded in
  guard let context else { return 1 }
  transfer(context).progressed(uploaded: Int(uploaded), downloaded: Int(downloaded))
  return 0
}

private let socketCallback: curl_opensocket_callback = { context, _, address in
  guard let context, let address = address?.pointee else { return CURL_SOCKET_BAD }
  return transfer(context).openSocket(address.family, address.socktype, address.protocol)
}

private let readyCallback: curl_prereq_callback = { context, _, _, _, _ in
  guard let context else { return Int32(CURL_PREREQFUNC_ABORT) }
  transfer(context).connectionIsReady()
  return Int32(CURL_PREREQFUNC_OK)
}
