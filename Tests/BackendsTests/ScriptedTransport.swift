// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Synchronization

/// Answers by the start of the URL and notes what it was asked.
final class ScriptedTransport: HTTPTransport {
  enum Reply: Sendable {
    case answer(Int, String)
    case redirect(Int, to: String)
    case tlsFailure(TLSFault)
    case failure(TransportError.Kind, String)
    case failingBody(TransportError.Kind)
  }

  private let replies: [(path: String, reply: Reply)]
  private let log = Mutex<[HTTPRequest]>([])

  init(_ replies: [(path: String, reply: Reply)]) { self.replies = replies }

  var requests: [HTTPRequest] { log.withLock { $0 } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    log.withLock { $0.append(request) }
    guard let reply = replies.first(where: { request.url.contains($0.path) })?.reply else {
      return response(400, "unsupported path requested: \(request.url)")
    }
    switch reply {
    case .answer(let status, let body): return response(status, body)
    case .redirect(let status, let location):
      return response(status, "<a href>moved</a>", [HTTPField("Location", location)])
    case .tlsFailure(let fault):
      throw TransportError(kind: .untrusted, phase: .tls, host: "h", cause: "tls: \(fault)", tlsFault: fault)
    case .failure(let kind, let cause): throw TransportError(kind: kind, phase: .connect, host: "h", cause: cause)
    case .failingBody(let kind):
      let error = TransportError(kind: kind, phase: .body, host: "h", cause: "body: cut off")
      return HTTPResponse(status: 200, headers: [], body: HTTPBody { () throws(TransportError) in throw error })
    }
  }

  private func response(_ status: Int, _ body: String, _ headers: [HTTPField] = []) -> HTTPResponse {
    let box = Once(Array(body.utf8))
    return HTTPResponse(status: status, headers: headers, body: HTTPBody { () throws(TransportError) in box.take() })
  }
}

/// A value that is handed out once.
private final class Once: Sendable {
  private let value: Mutex<[UInt8]?>

  init(_ value: [UInt8]?) { self.value = Mutex(value) }

  func take() -> [UInt8]? {
    value.withLock { value in
      defer { value = nil }
      return value
    }
  }
}
