// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Synchronization

/// Answers requests from a list, and remembers them.
final class ScriptedTransport: HTTPTransport {
  enum Answer: Sendable {
    case respond(Int, headers: [HTTPField] = [], chunks: [[UInt8]], then: TransportError? = nil)
    case fail(TransportError)

    static func body(_ status: Int, _ text: String, headers: [HTTPField] = []) -> Answer {
      .respond(status, headers: headers, chunks: [Array(text.utf8)])
    }
  }

  private struct State {
    var answers: ArraySlice<Answer>
    var requests: [HTTPRequest] = []
    var closings = 0
  }

  private let state: Mutex<State>

  init(_ answers: [Answer]) { state = Mutex(State(answers: answers[...])) }

  convenience init(_ answers: Answer...) { self.init(answers) }

  var requests: [HTTPRequest] { state.withLock { $0.requests } }
  /// How often idle connections were to be closed.
  var closings: Int { state.withLock { $0.closings } }

  func closeIdleConnections() async { state.withLock { $0.closings += 1 } }

  /// Method and target of each request.
  var lines: [String] { requests.map { "\($0.method) \($0.url.dropFirst("https://api:6443".count))" } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let answer = state.withLock { state in
      state.requests.append(request)
      return state.answers.popFirst()
    }
    switch answer {
    case nil:
      throw TransportError(kind: .invalidRequest, phase: .connect, host: "script", cause: "no answer is left")
    case .fail(let error): throw error
    case .respond(let status, let headers, let chunks, let error):
      let rest = Rest(chunks, error)
      return HTTPResponse(
        status: status, headers: headers, body: HTTPBody { () async throws(TransportError) in try rest.next() })
    }
  }

  private final class Rest: Sendable {
    private let chunks: Mutex<ArraySlice<[UInt8]>>
    private let error: TransportError?

    init(_ chunks: [[UInt8]], _ error: TransportError?) {
      self.chunks = Mutex(chunks[...])
      self.error = error
    }

    func next() throws(TransportError) -> [UInt8]? {
      if let chunk = chunks.withLock({ $0.popFirst() }) { return chunk }
      if let error { throw error }
      return nil
    }
  }
}

extension TransportError {
  static func broken(_ phase: Phase) -> TransportError {
    TransportError(kind: .broken, phase: phase, host: "api:6443", cause: "closed")
  }
}

/// A numbers generator whose sequence a seed decides (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
