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
    let verdict = verdict
    return TransportError(
      kind: verdict.kind, phase: verdict.phase, host: host, cause: step.naming(verdict.cause), tlsFault: verdict.fault)
  }

  private struct Verdict {
    let kind: TransportError.Kind
    let phase: TransportError.Phase
    let cause: String
    let fault: TLSFault?

    init(_ kind: TransportError.Kind, _ phase: TransportError.Phase, _ cause: String, _ fault: TLSFault? = nil) {
      self.kind = kind
      self.phase = phase
      self.cause = cause
      self.fault = fault
    }

    static func tls(_ kind: TransportError.Kind, _ fault: TLSFault?, _ cause: String) -> Verdict {
      Verdict(kind, .tls, "tls: \(cause)", fault)
    }
  }

  private var verdict: Verdict {
    switch code {
    case CURLE_URL_MALFORMAT: Verdict(.invalidRequest, .connect, "url: malformed")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      Verdict(.unresolved, .resolve, "resolve: host name not found")
    case CURLE_COULDNT_CONNECT: Verdict(.unreachable, .connect, "connect: \(connectCause)")
    case CURLE_OPERATION_TIMEDOUT: Verdict(.timedOut, step.phase, "\(step.word): timed out")
    case CURLE_PEER_FAILED_VERIFICATION: verification
    case CURLE_SSL_CACERT_BADFILE:
      .tls(.untrusted, .unreadableAuthorities, "the certificate authorities given are not valid PEM")
    case CURLE_SSL_CERTPROBLEM:
      .tls(.untrusted, .clientCertificate, "our own certificate or key cannot be used: \(detail)")
    case CURLE_SSL_CONNECT_ERROR: handshake
    case CURLE_GOT_NOTHING: Verdict(.broken, .firstByte, "response: closed before the first byte")
    case CURLE_PARTIAL_FILE: Verdict(.broken, .body, "body: cut off before its end")
    case CURLE_BAD_CONTENT_ENCODING: Verdict(.broken, .body, "body: not valid gzip: \(detail)")
    case CURLE_SEND_ERROR: Verdict(.broken, .send, "send: \(connectionEnd ?? detail)")
    case CURLE_RECV_ERROR, CURLE_PROXY: receive
    case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      Verdict(.broken, step.phase, "\(step.word): malformed: \(detail)")
    case CURLE_OUT_OF_MEMORY: Verdict(.broken, step.phase, "\(step.word): out of memory")
    default: Verdict(.broken, step.phase, "\(step.word): \(detail)")
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

  private var verification: Verdict {
    let (fault, cause) = CertificateWords.cause(verifyResult, detail)
    return .tls(.untrusted, fault, cause)
  }

  private var handshake: Verdict {
    if let alert { return .tls(.untrusted, .clientCertificate, alert) }
    if mentions("alert protocol version", "unsupported protocol", "no protocols available") {
      return .tls(.broken, .version, "the server speaks no version that we accept (1.2 or later)")
    }
    if mentions("wrong version number", "http request", "packet length too long", "record layer failure") {
      return .tls(.broken, .notTLS, "the server does not speak TLS")
    }
    if let connectionEnd { return .tls(.broken, nil, connectionEnd) }
    return .tls(.untrusted, .handshake, "handshake failed: \(detail)")
  }

  /// With TLS 1.3 the server's refusal of our certificate comes after the handshake, when we read.
  private var receive: Verdict {
    if let alert { return .tls(.untrusted, .clientCertificate, alert) }
    if step.connectStatus >= 300 {
      let reason = step.connectStatus == 407 ? ": user name or password are missing or wrong" : ""
      return Verdict(.unreachable, .connect, "CONNECT answered \(step.connectStatus)\(reason)")
    }
    let word = mentions("CONNECT aborted") ? "CONNECT" : step.word
    return Verdict(.broken, step.phase, "\(word): \(connectionEnd ?? detail)")
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
  static func cause(_ result: Int, _ message: String) -> (TLSFault, String) {
    switch result {
    case 9: (.notYetValid, "certificate is not yet valid")
    case 10: (.expired, "certificate has expired")
    case 18, 19, 20, 21, 2: (.unknownAuthority, "certificate signed by unknown authority")
    case 23: (.unfitCertificate, "certificate is revoked")
    case 24, 79: (.unfitCertificate, "an authority in the certificate's chain may not sign certificates")
    case 26: (.unfitCertificate, "certificate is not meant for servers")
    case 62, 64: (.wrongName, "host name does not match certificate")
    case 66, 67, 68: (.unfitCertificate, "certificate or its authority uses a key or digest that is too weak")
    default:
      message.contains("subject name")
        ? (.wrongName, "host name does not match certificate")
        : (.unfitCertificate, message.replacing("SSL certificate problem: ", with: "certificate: "))
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
