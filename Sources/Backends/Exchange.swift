// SPDX-License-Identifier: Apache-2.0

import HTTPTransport

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

    /// The body without surrounding white space.
    var text: String {
      let text = String(decoding: body, as: UTF8.self)
      let start = text.drop { $0.isWhitespace }
      return String(start.prefix(start.count - start.reversed().prefix { $0.isWhitespace }.count))
    }

    /// The status, and the start of the body as one line without control characters.
    var excerpt: String {
      let line = text.prefix(200).map { $0.isNewline ? " " : $0 }
        .filter { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } }
      let start = String(line.prefix(80))
      return start.isEmpty ? "status \(status)" : "status \(status), \"\(start)\(text.count > 80 ? "…" : "")\""
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
    request.tls = TLSOptions(certificateAuthorities: ca)
    request.deadlines = VictoriaMetricsCheck.deadlines
    request.bodyLimit = VictoriaMetricsCheck.bodyLimit
    if let credentials = credentials ?? url.credentials {
      request.headers.append(HTTPField("Authorization", credentials.authorization))
    }
    let answer: Answer
    do {
      let response = try await transport.send(request)
      answer = Answer(status: response.status, body: try await response.body.collect())
    } catch {
      if error.kind == .tooLarge {
        let limit = "more than \(VictoriaMetricsCheck.bodyLimit) bytes"
        throw Finding(.notVictoriaMetrics(side, url: url.description, answered: limit))
      }
      throw Finding(.unreachable(side, host: url.authority, cause: error.cause))
    }
    if !mayRefuse, answer.status == 401 || answer.status == 403 {
      throw Finding(.unauthorized(side, host: url.authority, status: answer.status))
    }
    return answer
  }

  /// What an answer means that is not the one to expect.
  func unlike(_ url: BackendURL, _ answer: Answer) -> Finding {
    switch answer.status {
    case 429, 500...599: Finding(.degraded(side, host: url.authority, answered: answer.excerpt))
    default: Finding(.notVictoriaMetrics(side, url: url.description, answered: answer.excerpt))
    }
  }
}
