// SPDX-License-Identifier: Apache-2.0

import HTTPTransport

/// Reads a watch's body frame by frame.
actor WatchReader {
  private let body: HTTPBody
  private var decoder: WatchDecoder
  private var pending: ArraySlice<Result<WatchEvent, KubernetesError>> = []
  private var isFinished = false

  init(_ body: HTTPBody, _ decoder: WatchDecoder) {
    self.body = body
    self.decoder = decoder
  }

  func next() async throws(KubernetesError) -> WatchEvent? {
    while true {
      if let result = pending.popFirst() {
        if case .failure = result { end() }
        return try result.get()
      }
      if isFinished { return nil }
      var iterator = body.makeAsyncIterator()
      do throws(TransportError) {
        guard let chunk = try await iterator.next() else {
          isFinished = true
          if let error = decoder.finish() { pending = [.failure(error)] }
          continue
        }
        pending += decoder.push(chunk)
      } catch {
        end()
        throw .transport(error)
      }
    }
  }

  private func end() {
    isFinished = true
    pending = []
  }
}
