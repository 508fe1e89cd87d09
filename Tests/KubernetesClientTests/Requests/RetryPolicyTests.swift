// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing

@testable import KubernetesClient

@Suite struct RetryPolicyTests {
  private func status(_ code: Int, _ retryAfter: Duration?) -> KubernetesError {
    .status(APIStatus(code: code, reason: "", message: "", retryAfter: retryAfter))
  }

  @Test func waitsAsLongAsAskedAndALittleMore() {
    var state = AttemptState(.patient, isIdempotent: true)
    #expect(state.failed(status(429, .seconds(4)), random: 0) == .again(after: .seconds(4)))
    #expect(state.failed(status(503, .seconds(4)), random: 0.5) == .again(after: .milliseconds(4500)))
    #expect(state.failed(status(500, .zero), random: 0) == .again(after: .milliseconds(100)))
    #expect(state.failed(status(429, .seconds(31)), random: 0) == .fail)
  }

  @Test func triesTenTimesAtMost() {
    var state = AttemptState(RetryPolicy(tries: 99, longestWait: .seconds(9)), isIdempotent: true)
    var tries = 1
    while case .again = state.failed(status(429, .seconds(1)), random: 0), tries < 100 { tries += 1 }
    #expect(tries == 10)
    #expect(RetryPolicy(tries: 0, longestWait: .zero).tries == 1)
  }

  /// Not a matter of waiting.
  @Test(arguments: [(429, nil), (503, nil), (409, 1), (404, 1), (200, 1), (600, 1)] as [(Int, Int?)])
  func otherAnswersAreFinal(_ code: Int, _ after: Int?) {
    var state = AttemptState(.patient, isIdempotent: true)
    #expect(state.failed(status(code, after.map { .seconds($0) }), random: 0) == .fail)
  }

  @Test func whatIsNotIdempotentIsNeverRepeated() {
    var state = AttemptState(.patient, isIdempotent: false)
    #expect(state.failed(status(429, .seconds(1)), random: 0) == .fail)
    #expect(state.failed(.transport(.broken(.firstByte)), random: 0) == .fail)
    // A request that was not let in did nothing.
    #expect(state.failed(status(401, nil), random: 0) == .renewIdentity)
    #expect(state.failed(status(401, nil), random: 0) == .fail)
  }

  @Test func eachRemedyIsTakenOnce() {
    var state = AttemptState(.none, isIdempotent: true)
    #expect(state.failed(.transport(.broken(.send)), random: 0) == .again(after: .zero))
    #expect(state.failed(status(401, nil), random: 0) == .renewIdentity)
    #expect(state.failed(.transport(.broken(.send)), random: 0) == .fail)
    #expect(state.failed(status(429, .seconds(1)), random: 0) == .fail)
    var other = AttemptState(.none, isIdempotent: true)
    #expect(other.failed(.transport(.broken(.body)), random: 0) == .fail)
  }
}
