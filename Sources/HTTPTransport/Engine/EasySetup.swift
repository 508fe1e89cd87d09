// SPDX-License-Identifier: Apache-2.0

import CCurl

/// An easy handle made ready for one request, and the memory that libcurl looks into meanwhile.
final class EasySetup {
  /// The handle; the caller cleans it up.
  let easy: UnsafeMutableRawPointer
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  private let messageBuffer: UnsafeMutablePointer<CChar>

  /// - Parameters:
  ///   - pool: the share object whose connections it may use and leave behind, or nil for a connection of its own.
  ///   - context: the ``Transfer``, unretained: it lives until its handle is cleaned up.
  init(
    _ request: HTTPRequest, _ target: RequestTarget, userAgent: String, pool: UnsafeMutableRawPointer?,
    context: UnsafeMutableRawPointer
  ) throws(TransportError) {
    guard let easy = curl_easy_init() else { throw .invalid(target.host, "out of memory") }
    self.easy = easy
    messageBuffer = .allocate(capacity: ccurl_error_size)
    messageBuffer.initialize(repeating: 0, count: ccurl_error_size)
    do throws(TransportError) {
      try apply(request, target, userAgent, context)
      if let pool { try set(CURLOPT_SHARE, pointer: pool, target.host) }
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
    try applyProxy(target.proxy, host)
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
    if request.acceptsCompression {
      try set(CURLOPT_ACCEPT_ENCODING, "gzip", host)
      // What one read decodes into waits in libcurl while the reader is slow. gzip packs 1032 to 1 at most, so that is
      // 4 MiB, not the 16 MiB of the default size.
      try set(CURLOPT_BUFFERSIZE, 4096, host)
    }
    try applyMethod(request, host)
    try applyHeaders(request, target)
    try applyTLS(request.tls, host)
    if target.proxy?.isTLS == true { try applyProxyTLS(request.tls, host) }
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
    if tls.requiresAlternativeName { try set(CURLOPT_CERTINFO, 1, host) }
    try applyAuthorities(tls, CURLOPT_CAINFO_BLOB, CURLOPT_CAPATH, host)
    if let certificate = tls.clientCertificate { try set(CURLOPT_SSLCERT_BLOB, bytes: certificate, host) }
    if let key = tls.clientKey {
      try set(CURLOPT_SSLKEY_BLOB, bytes: key, host)
      // Without it OpenSSL would ask on the terminal for the pass phrase of an encrypted key.
      try set(CURLOPT_KEYPASSWD, "", host)
    }
  }

  /// A blob takes the place of the system's file of authorities, but not of its folder: that must go too, or a
  /// certificate of any public authority would pass for the cluster's.
  private func applyAuthorities(
    _ tls: TLSOptions, _ blob: CURLoption, _ folder: CURLoption, _ host: String
  ) throws(TransportError) {
    guard let authorities = tls.certificateAuthorities else { return }
    try set(blob, bytes: authorities, host)
    try check(ccurl_set_string(easy, folder, nil), folder, host)
  }

  private func applyProxy(_ proxy: ProxyTarget?, _ host: String) throws(TransportError) {
    // Both are set even if they are empty: unset, libcurl would read the environment.
    try set(CURLOPT_PROXY, proxy?.url ?? "", host)
    try set(CURLOPT_NOPROXY, "", host)
    guard let proxy else { return }
    // The answer to CONNECT is not the host's.
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1, host)
    try set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE), host)
    guard let user = proxy.user else { return }
    try set(CURLOPT_PROXYAUTH, ccurl_auth_basic, host)
    try set(CURLOPT_PROXYUSERNAME, user, host)
    try set(CURLOPT_PROXYPASSWORD, proxy.password ?? "", host)
  }

  private func applyProxyTLS(_ tls: TLSOptions, _ host: String) throws(TransportError) {
    try set(CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2, host)
    if tls.insecureSkipVerify {
      try set(CURLOPT_PROXY_SSL_VERIFYPEER, 0, host)
      try set(CURLOPT_PROXY_SSL_VERIFYHOST, 0, host)
    }
    try applyAuthorities(tls, CURLOPT_PROXY_CAINFO_BLOB, CURLOPT_PROXY_CAPATH, host)
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

  private func set(_ option: CURLoption, bytes: [UInt8], _ host: String) throws(TransportError) {
    let code = bytes.withUnsafeBytes { ccurl_set_blob(easy, option, $0.baseAddress, $0.count) }
    try check(code, option, host)
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
