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
  var phase: TransportError.Phase

  func error(host: String) -> TransportError {
    let (kind, phase, cause) = verdict
    return TransportError(kind: kind, phase: phase, host: host, cause: cause)
  }

  private typealias Verdict = (TransportError.Kind, TransportError.Phase, String)

  private var verdict: Verdict {
    switch code {
    case CURLE_URL_MALFORMAT: (.invalidRequest, .connect, "url: malformed")
    case CURLE_COULDNT_RESOLVE_HOST: (.unresolved, .resolve, "resolve: host name not found")
    case CURLE_COULDNT_CONNECT: (.unreachable, .connect, "connect: \(connectCause)")
    case CURLE_OPERATION_TIMEDOUT: (.timedOut, phase, "\(phase.rawValue): timed out")
    case CURLE_PEER_FAILED_VERIFICATION: (.untrusted, .tls, "tls: \(certificateCause)")
    case CURLE_SSL_CACERT_BADFILE: (.untrusted, .tls, "tls: the certificate authorities given are not valid PEM")
    case CURLE_SSL_CERTPROBLEM: (.untrusted, .tls, "tls: our own certificate or key cannot be used: \(detail)")
    case CURLE_SSL_CONNECT_ERROR: handshake
    case CURLE_GOT_NOTHING: (.broken, .firstByte, "closed before the first byte of the response")
    case CURLE_PARTIAL_FILE: (.broken, .body, "cut off before the end of the body")
    case CURLE_SEND_ERROR: (.broken, .send, "send: \(detail)")
    case CURLE_RECV_ERROR: receive
    case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL:
      (.broken, phase, "malformed response: \(detail)")
    case CURLE_OUT_OF_MEMORY: (.broken, phase, "out of memory")
    default: (.broken, phase, detail)
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

  /// Of `X509_V_ERR_*` (openssl/x509_vfy.h); a name that does not match is found by libcurl itself.
  private var certificateCause: String {
    switch verifyResult {
    case 9: "certificate is not yet valid"
    case 10: "certificate has expired"
    case 18, 19, 20, 21: "certificate signed by unknown authority"
    case 23: "certificate is revoked"
    case 62, 64: "host name does not match certificate"
    default:
      mentions("alternative certificate subject name", "does not match target host name")
        ? "host name does not match certificate" : detail
    }
  }

  private var handshake: Verdict {
    if let alert { return (.untrusted, .tls, alert) }
    if mentions("wrong version number", "http request", "packet length too long", "record layer failure") {
      return (.broken, .tls, "tls: the server does not speak TLS")
    }
    if mentions("reset by peer", "SSL_ERROR_SYSCALL", "unexpected eof", "SSL_ERROR_ZERO_RETURN") {
      return (.broken, .tls, "tls: the server closed the connection")
    }
    return (.untrusted, .tls, "tls: \(detail)")
  }

  /// With TLS 1.3 the server's refusal of our certificate comes after the handshake, when we read.
  private var receive: Verdict {
    if let alert { return (.untrusted, .tls, alert) }
    let where_ = phase == .body ? "body" : "response"
    if mentions("reset by peer") { return (.broken, phase, "\(where_): connection reset by the server") }
    return (.broken, phase, "\(where_): \(detail)")
  }

  private var alert: String? {
    if mentions("certificate required", "alert handshake failure") {
      return "tls: the server demands a client certificate"
    }
    if mentions("alert unknown ca", "alert bad certificate", "alert certificate", "alert access denied") {
      return "tls: the server does not accept our certificate"
    }
    return nil
  }

  private func mentions(_ phrases: String...) -> Bool {
    let message = message.lowercased()
    return phrases.contains { message.contains($0.lowercased()) }
  }

  private var detail: String { message.isEmpty ? String(cString: curl_easy_strerror(code)) : message }
}

extension CurlVerdict {
  init(code: CURLcode, easy: UnsafeMutableRawPointer, message: String, phase: TransportError.Phase) {
    self.init(
      code: code, systemError: Int32(truncatingIfNeeded: ccurl_get_long(easy, CURLINFO_OS_ERRNO)),
      verifyResult: ccurl_get_long(easy, CURLINFO_SSL_VERIFYRESULT), message: message, phase: phase)
  }
}
