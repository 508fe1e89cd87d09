// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DevCluster

@Suite struct DateTimeReaderTests {
  @Test(arguments: [
    "2026-01-01T00:00:00Z", "2026-12-31t23:59:60z", "0000-01-01T00:00:00.5+01:00", "2026-01-01T00:00:00.000000Z",
    "2026-01-01T00:00:00-23:59",
  ])
  func isADateTime(_ text: String) { #expect(DateTimeReader.isDateTime(text)) }

  @Test(arguments: [
    "", "today", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00",
    "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Zulu", "26-01-01T00:00:00Z", "2026-01-01T00:00:0٣Z",
  ])
  func isNoDateTime(_ text: String) { #expect(!DateTimeReader.isDateTime(text)) }

  @Test func aDateHasNoTime() {
    #expect(DateTimeReader.isDate("2026-02-29"))
    #expect(!DateTimeReader.isDate("2026-02-29T00:00:00Z"))
    #expect(!DateTimeReader.isDate("2026-2-29"))
  }
}
