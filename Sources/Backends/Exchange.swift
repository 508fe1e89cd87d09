// SPDX-License-Identifier: Apache-2.0

import CleanText
import HTTPTransport
import ObservabilityAPI

/// Requests to one side of a backend, and what their answers mean.
struct Exchange {
  let side: BackendVerdict.Side
  let url: BackendURL
  let credentials: BasicCredentials?
  let ca: [UInt8]?

  /// A short answer, read to its end.
  struct Answer {
    let status: Int
    let body: [UInt8]
    /// Where a redirection leads, as the server wrote it.
    var location: String?

    /// The body without surrounding white space.
    var text: String {
      let text = String(decoding: body, as: UTF8.self)
      let start = text.drop { $0.isWhitespace }
      return String(start.prefix(start.count - start.reversed().prefix { $0.isWhitespace }.count))
    }

    /// The status, and the start of what an error says.
    ///
    /// The body of a success is never quoted: the URL may lead to something that answers with secrets, such as a cloud's
    /// metadata service, and what stands in a condition can be read by more people than may set the URL.
    var excerpt: String {
      guard status >= 400 else { return "status \(status) with a body of \(body.count) bytes, which is not shown" }
      let start = String(decoding: body.prefix(4096), as: UTF8.self).cleaned(bytes: 80)
      return start.isEmpty ? "status \(status)" : "status \(status), \"\(start)\""
    }
  }

  /// Sends a GET. 401 and 403 end the check, unless the answer may be a refusal.
  func get(
    _ url: BackendURL, over transport: any HTTPTransport, mayRefuse: Bool = false
  ) async throws(Finding) -> Answer {
    try await send(HTTPRequest(url: url.description), to: url, over: transport, mayRefuse: mayRefuse)
  }

  /// Sends a POST. 401 and 403 end the check.
  func post(
    _ body: [UInt8], headers: [HTTPField], to url: BackendURL, over transport: any HTTPTransport
  ) async throws(Finding) -> Answer {
    let request = HTTPRequest(method: "POST", url: url.description, headers: headers, body: body)
    return try await send(request, to: url, over: transport, mayRefuse: false)
  }

  private func send(
    _ bare: HTTPRequest, to url: BackendURL, over transport: any HTTPTransport, mayRefuse: Bool
  ) async throws(Finding) -> Answer {
    var request = bare
    // What the agent, written in Go, refuses must not pass here.
    request.tls = TLSOptions(certificateAuthorities: ca, requiresAlternativeName: true)
    request.refusesLinkLocal = true
    request.deadlines = VictoriaMetricsCheck.deadlines
    request.bodyLimit = VictoriaMetricsCheck.bodyLimit
    if let credentials = credentials ?? url.credentials {
      request.headers.append(HTTPField("Authorization", credentials.authorization))
    }
    let answer: Answer
    do {
      let response = try await transport.send(request)
      answer = Answer(
        status: response.status, body: try await response.body.collect(), location: response.header("Location"))
    } catch {
      if error.kind == .tooLarge {
        let limit = "more than \(VictoriaMetricsCheck.bodyLimit) bytes"
        throw Finding(.notVictoriaMetrics(side, url: url.description, answered: limit))
      }
      throw Finding(failure(error, host: url.authority))
    }
    if !mayRefuse, answer.status == 401 || answer.status == 403 {
      throw Finding(.unauthorized(side, host: url.authority, status: answer.status))
    }
    return answer
  }

  private func failure(_ error: TransportError, host: String) -> BackendVerdict {
    let cause = error.cause.cleaned(bytes: 256)
    if error.kind == .addressRefused { return .addressRefused(side, host: host, cause: cause) }
    guard let fault = error.tlsFault else { return .unreachable(side, host: host, cause: cause) }
    return .tlsFailed(side, host: host, cause: cause, fault: fault, hasAuthorities: ca != nil)
  }

  /// What an answer means that is not the one to expect.
  func unlike(_ url: BackendURL, _ answer: Answer) -> Finding {
    switch answer.status {
    case 301, 302, 303, 307, 308:
      let target = answer.location.flatMap { Redirection.target($0, of: url, asked: self.url, side: side) }
      return Finding(.redirected(side, url: self.url.description, status: answer.status, to: target))
    case 429, 500...599: return Finding(.degraded(side, host: url.authority, answered: answer.excerpt))
    default: return Finding(.notVictoriaMetrics(side, url: url.description, answered: answer.excerpt))
    }
  }
}
