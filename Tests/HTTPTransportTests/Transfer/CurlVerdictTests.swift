// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc
import Testing

@testable import HTTPTransport

/// What libcurl and OpenSSL say, as they say it, and what we make of it.
@Suite struct CurlVerdictTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let code: CURLcode
    var errno: Int32 = 0
    var verify = 0
    var message = ""
    var phase = TransportError.Phase.connect
    var showed = false
    let kind: TransportError.Kind
    let expected: TransportError.Phase
    let cause: String

    var testDescription: String { cause }
  }

  private static let eof = "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to a.b:443"
  private static let alert = "OpenSSL SSL_read: error:0A000000:SSL routines::"

  static let cases: [Case] = [
    Case(
      code: CURLE_COULDNT_RESOLVE_HOST, message: "Could not resolve host: a.b", kind: .unresolved, expected: .resolve,
      cause: "resolve: host name not found"),
    Case(
      code: CURLE_COULDNT_CONNECT, errno: ECONNREFUSED, kind: .unreachable, expected: .connect,
      cause: "connect: refused"),
    Case(
      code: CURLE_COULDNT_CONNECT, errno: ENETUNREACH, kind: .unreachable, expected: .connect,
      cause: "connect: no route to the host"),
    Case(
      code: CURLE_COULDNT_CONNECT, errno: ETIMEDOUT, kind: .unreachable, expected: .connect,
      cause: "connect: timed out"),
    Case(
      code: CURLE_COULDNT_CONNECT, errno: EACCES, kind: .unreachable, expected: .connect,
      cause: "connect: Permission denied"),
    Case(
      code: CURLE_PEER_FAILED_VERIFICATION, verify: 10, kind: .untrusted, expected: .tls,
      cause: "tls: certificate has expired"),
    Case(
      code: CURLE_PEER_FAILED_VERIFICATION, verify: 9, kind: .untrusted, expected: .tls,
      cause: "tls: certificate is not yet valid"),
    Case(
      code: CURLE_PEER_FAILED_VERIFICATION, verify: 20, kind: .untrusted, expected: .tls,
      cause: "tls: certificate signed by unknown authority"),
    Case(
      code: CURLE_PEER_FAILED_VERIFICATION, verify: 26, kind: .untrusted, expected: .tls,
      cause: "tls: certificate is not meant for servers"),
    Case(
      code: CURLE_PEER_FAILED_VERIFICATION, message: "SSL: no alternative certificate subject name matches target",
      kind: .untrusted, expected: .tls, cause: "tls: host name does not match certificate"),
    Case(
      code: CURLE_PEER_FAILED_VERIFICATION, verify: 34,
      message: "SSL certificate problem: unhandled critical extension",
      kind: .untrusted, expected: .tls, cause: "tls: certificate: unhandled critical extension"),
    Case(
      code: CURLE_SSL_CONNECT_ERROR, message: "error:0A000102:SSL routines::unsupported protocol", kind: .broken,
      expected: .tls, cause: "tls: the server speaks no version that we accept (1.2 or later)"),
    Case(
      code: CURLE_SSL_CONNECT_ERROR, message: eof, kind: .broken, expected: .tls,
      cause: "tls: the server closed the connection"),
    Case(
      code: CURLE_SSL_CONNECT_ERROR, message: "Recv failure: Connection reset by peer", kind: .broken, expected: .tls,
      cause: "tls: connection reset by the server"),
    Case(
      code: CURLE_SSL_CONNECT_ERROR, message: "dh key too small", kind: .untrusted, expected: .tls,
      cause: "tls: handshake failed: dh key too small"),
    Case(
      code: CURLE_SSL_CONNECT_ERROR, message: alert + "sslv3 alert handshake failure", showed: true, kind: .untrusted,
      expected: .tls,
      cause: "tls: the server refuses the handshake: it does not accept our certificate, or no cipher is common"),
    Case(
      code: CURLE_RECV_ERROR, message: alert + "tlsv13 alert certificate required", phase: .firstByte, kind: .untrusted,
      expected: .tls, cause: "tls: the server demands a client certificate"),
    Case(
      code: CURLE_RECV_ERROR, message: alert + "sslv3 alert certificate expired", phase: .firstByte, showed: true,
      kind: .untrusted, expected: .tls, cause: "tls: the server does not accept our certificate (certificate expired)"),
    Case(
      code: CURLE_SEND_ERROR, message: "Send failure: Broken pipe", phase: .send, kind: .broken, expected: .send,
      cause: "send: the server closed the connection"),
    Case(
      code: CURLE_SEND_ERROR, message: "Send failure: Connection reset by peer", phase: .send, kind: .broken,
      expected: .send, cause: "send: connection reset by the server"),
    Case(
      code: CURLE_GOT_NOTHING, phase: .firstByte, kind: .broken, expected: .firstByte,
      cause: "response: closed before the first byte"),
    Case(
      code: CURLE_RECV_ERROR, message: "Recv failure: Connection reset by peer", phase: .firstByte, kind: .broken,
      expected: .firstByte, cause: "response: connection reset by the server"),
    Case(
      code: CURLE_PARTIAL_FILE, phase: .body, kind: .broken, expected: .body, cause: "body: cut off before its end"),
    Case(
      code: CURLE_RECV_ERROR, message: "OpenSSL SSL_read: error:0A000126:SSL routines::unexpected eof while reading",
      phase: .body, kind: .broken, expected: .body, cause: "body: the server closed the connection"),
    Case(
      code: CURLE_OUT_OF_MEMORY, phase: .body, kind: .broken, expected: .body, cause: "body: out of memory"),
  ]

  @Test(arguments: cases) func words(_ given: Case) {
    let verdict = CurlVerdict(
      code: given.code, systemError: given.errno, verifyResult: given.verify, message: given.message,
      step: TransferStep(phase: given.phase), showedCertificate: given.showed)
    let error = verdict.error(host: "a.b:443")
    #expect(error.description == "a.b:443: \(given.cause)")
    #expect(error.kind == given.kind)
    #expect(error.phase == given.expected)
  }
}
