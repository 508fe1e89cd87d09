// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Synchronization

/// One answer: waits for it, or keeps it until it is asked for.
final class PendingAnswer: Sendable {
  typealias Answer = Result<HTTPResponse, TransportError>
  private struct State {
    var answer: Answer?
    var reader: CheckedContinuation<Answer?, Never>?
  }
  private let state = Mutex(State())

  func put(_ answer: Answer) {
    let reader = state.withLock { state in
      if state.reader == nil { state.answer = answer }
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(returning: answer)
  }

  /// The answer; nil if the task is cancelled before it comes.
  func take() async -> Answer? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { reader in
        let early = state.withLock { state -> Answer?? in
          if Task.isCancelled { return .some(nil) }
          if let answer = state.answer { return answer }
          state.reader = reader
          return nil
        }
        if let early { reader.resume(returning: early) }
      }
    } onCancel: {
      let reader = state.withLock { state in
        defer { state.reader = nil }
        return state.reader
      }
      reader?.resume(returning: nil)
    }
  }
}
