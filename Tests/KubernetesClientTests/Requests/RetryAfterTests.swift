// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Testing

@testable import KubernetesClient

@Suite struct RetryAfterTests {
  private let now = Timestamp(secondsSinceEpoch: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT

  @Test(arguments: [
    ("0", 0), ("17", 17), ("Sun, 06 Nov 1994 08:50:07 GMT", 30), ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
    ("Fri, 06 Jan 1995 08:49:37 GMT", 61 * 86_400),
  ])
  func understood(_ field: String, _ seconds: Int) {
    #expect(RetryAfter.wait(field, date: nil, now: now) == .seconds(seconds))
  }

  @Test(arguments: [
    "", "-1", "1.5", "soon", "99999999999999999999", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
  ])
  func notUnderstood(_ field: String) {
    #expect(RetryAfter.wait(field, date: nil, now: now) == nil)
  }

  @Test("A wait of decades is bounded when it is read, and what is obeyed is bounded further")
  func aWaitOfDecadesIsBounded() {
    for field in ["2147483647", "9223372036854775807", "Fri, 31 Dec 9999 23:59:59 GMT"] {
      #expect(RetryAfter.wait(field, date: nil, now: now) == .seconds(RetryAfter.longest), "\(field)")
    }
    let status = APIStatus(code: 503, reason: "", message: "", retryAfter: .seconds(Int64.max))
    #expect(KubernetesError.status(status).retryAfter(atMost: .seconds(300)) == .seconds(300))
    #expect(KubernetesError.malformed("").retryAfter(atMost: .seconds(300)) == nil)
  }

  @Test func theServersClockCounts() {
    let wait = RetryAfter.wait(
      "Sun, 06 Nov 1994 08:50:07 GMT", date: "Sun, 06 Nov 1994 08:50:00 GMT", now: now - 86_400)
    #expect(wait == .seconds(7))
  }
}

extension Timestamp {
  fileprivate static func - (left: Timestamp, seconds: Int64) -> Timestamp {
    Timestamp(secondsSinceEpoch: left.secondsSinceEpoch - seconds)
  }
}
