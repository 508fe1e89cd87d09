// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc

/// What libcurl knows about a failed transfer, put into words for a person.
struct CurlVerdict {
  var code: CURLcode
  /// The `errno` of the failed connect, or 0.
  var systemError: Int32 = 0
  /// OpenSSL's `X509_V_*` result, or 0.
  var verifyResult = 0
  /// libcurl's own message.
  var message = ""
  /// How far the transfer had come.
  var step: TransferStep
  /// Whether we showed a certificate of ours.
  var showedCertificate = false

  func error(host: String) -> TransportError {
    let (kind, phase, cause) = verdict
    return TransportError(kind: kind, phase: phase, host: host, cause: step.naming(cause))
  }

  private typealias Verdict = (TransportError.Kind, TransportError.Phase, String)

  private var verdict: Verdict {
    switch code {
    case CURLE_URL_MALFORMAT: (.invalidRequest, .connect, "url: malformed")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      (.unresolved, .resolve, "resolve: host name not found")
    case CURLE_COULDNT_CONNECT: (.unreachable, .connect, "connect: \(connectCause)")
    case CURLE_OPERATION_TIMEDOUT: (.timedOut, step.phase, "\(step.word): timed out")
    case CURLE_PEER_FAILED_VERIFICATION: (.untrusted, .tls, "tls: \(CertificateWords.cause(verifyResult, detail))")
    case CURLE_SSL_CACERT_BADFILE: (.untrusted, .tls, "tls: the certificate authorities given are not valid PEM")
    case CURLE_SSL_CERTPROBLEM: (.untrusted, .tls, "tls: our own certificate or key cannot be used: \(detail)")
    case CURLE_SSL_CONNECT_ERROR: handshake
    case CURLE_GOT_NOTHING: (.broken, .firstByte, "response: closed before the first byte")
    case CURLE_PARTIAL_FILE: (.broken, .body, "body: cut off before its end")
    case CURLE_BAD_CONTENT_ENCODING: (.broken, .body, "body: not valid gzip: \(detail)")
    case CURLE_SEND_ERROR: (.broken, .send, "send: \(connectionEnd ?? detail)")
    case CURLE_RECV_ERROR, CURLE_PROXY: receive
    case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      (.broken, step.phase, "\(step.word): malformed: \(detail)")
    case CURLE_OUT_OF_MEMORY: (.broken, step.phase, "\(step.word): out of memory")
    default: (.broken, step.phase, "\(step.word): \(detail)")
    }
  }

  private var connectCause: String {
    switch systemError {
    case ECONNREFUSED: "refused"
    case EHOSTUNREACH, ENETUNREACH: "no route to the host"
    case ETIMEDOUT: "timed out"
    case 0: detail
    default: String(cString: strerror(systemError))
    }
  }

  private var handshake: Verdict {
    if let alert { return (.untrusted, .tls, "tls: \(alert)") }
    if mentions("alert protocol version", "unsupported protocol", "no protocols available") {
      return (.broken, .tls, "tls: the server speaks no version that we accept (1.2 or later)")
    }
    if mentions("wrong version number", "http request", "packet length too long", "record layer failure") {
      return (.broken, .tls, "tls: the server does not speak TLS")
    }
    if let connectionEnd { return (.broken, .tls, "tls: \(connectionEnd)") }
    return (.untrusted, .tls, "tls: handshake failed: \(detail)")
  }

  /// With TLS 1.3 the server's refusal of our certificate comes after the handshake, when we read.
  private var receive: Verdict {
    if let alert { return (.untrusted, .tls, "tls: \(alert)") }
    if step.connectStatus >= 300 {
      let reason = step.connectStatus == 407 ? ": user name or password are missing or wrong" : ""
      return (.unreachable, .connect, "CONNECT answered \(step.connectStatus)\(reason)")
    }
    let word = mentions("CONNECT aborted") ? "CONNECT" : step.word
    return (.broken, step.phase, "\(word): \(connectionEnd ?? detail)")
  }

  private var connectionEnd: String? {
    if mentions("reset by peer") { return "connection reset by the server" }
    let isClosed = mentions(
      "broken pipe", "SSL_ERROR_SYSCALL", "unexpected eof", "SSL_ERROR_ZERO_RETURN", "CONNECT aborted")
    return isClosed ? "the server closed the connection" : nil
  }

  /// What the server told us about our certificate or the lack of one (RFC 8446, 6.2).
  private var alert: String? {
    if mentions("certificate required") { return "the server demands a client certificate" }
    if mentions("alert handshake failure") {
      // Before TLS 1.3 there was no alert of its own for a missing certificate.
      return showedCertificate
        ? "the server refuses the handshake: it does not accept our certificate, or no cipher is common"
        : "the server refuses the handshake: it demands a client certificate, or no cipher is common"
    }
    let refusals = [
      "unknown ca", "bad certificate", "alert certificate expired", "alert certificate revoked",
      "alert certificate unknown", "alert unsupported certificate", "alert access denied",
    ]
    guard showedCertificate, mentions("alert"), let refusal = refusals.first(where: { mentions($0) }) else {
      return nil
    }
    return "the server does not accept our certificate (\(refusal.replacing("alert ", with: "")))"
  }

  private func mentions(_ phrases: String...) -> Bool {
    let message = message.lowercased()
    return phrases.contains { message.contains($0.lowercased()) }
  }

  private var detail: String { message.isEmpty ? String(cString: curl_easy_strerror(code)) : message }
}

/// What is wrong with a server's certificate.
enum CertificateWords {
  /// - Parameters:
  ///   - result: one of `X509_V_ERR_*` (openssl/x509_vfy.h). A name that does not match is found by libcurl itself, and
  ///     then it is 0.
  ///   - message: libcurl's own.
  static func cause(_ result: Int, _ message: String) -> String {
    switch result {
    case 9: "certificate is not yet valid"
    case 10: "certificate has expired"
    case 18, 19, 20, 21, 2: "certificate signed by unknown authority"
    case 23: "certificate is revoked"
    case 24, 79: "an authority in the certificate's chain may not sign certificates"
    case 26: "certificate is not meant for servers"
    case 62, 64: "host name does not match certificate"
    case 66, 67, 68: "certificate or its authority uses a key or digest that is too weak"
    default:
      message.contains("subject name")
        ? "host name does not match certificate"
        : message.replacing("SSL certificate problem: ", with: "certificate: ")
    }
  }
}

extension CurlVerdict {
  init(
    code: CURLcode, easy: UnsafeMutableRawPointer, message: String, step: TransferStep, showedCertificate: Bool
  ) {
    self.init(
      code: code, systemError: Int32(truncatingIfNeeded: ccurl_get_long(easy, CURLINFO_OS_ERRNO)),
      verifyResult: ccurl_get_long(
        easy, step.isAtProxy ? CURLINFO_PROXY_SSL_VERIFYRESULT : CURLINFO_SSL_VERIFYRESULT),
      message: message, step: step, showedCertificate: showedCertificate)
  }
}
