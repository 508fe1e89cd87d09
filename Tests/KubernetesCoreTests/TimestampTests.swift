// SPDX-License-Identifier: Apache-2.0

import Glibc
import KubernetesCore
import Testing

@Suite struct TimestampTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-01-02T03:04:05Z", 1_767_323_045), ("2000-02-29T23:59:59Z", 951_868_799),
      ("1969-12-31T23:59:59Z", -1), ("9999-12-31T23:59:59Z", 253_402_300_799),
      ("0001-01-01T00:00:00Z", -62_135_596_800),
      ("1900-03-01T00:00:00Z", -2_203_891_200), ("2400-02-29T12:00:00Z", 13_574_606_400),
    ] as [(String, Int64)])
  func roundTrip(_ text: String, _ seconds: Int64) {
    #expect(Timestamp(secondsSinceEpoch: seconds).rfc3339 == text)
    #expect(Timestamp(rfc3339: text) == Timestamp(secondsSinceEpoch: seconds))
  }

  @Test func agreesWithTheSystemsCalendar() {
    // Years 1 to 9999 in 2000 steps, each at another second of another day.
    for instant in stride(from: -62_135_596_800, through: 253_402_300_799, by: 157_768_937) {
      var seconds = time_t(instant)
      var parts = tm()
      gmtime_r(&seconds, &parts)
      var buffer = [CChar](repeating: 0, count: 32)
      let count = strftime(&buffer, buffer.count, "-%m-%dT%H:%M:%SZ", &parts)
      let expected = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
      let stamp = Timestamp(secondsSinceEpoch: Int64(seconds))
      #expect(stamp.rfc3339.hasSuffix(expected) && stamp.rfc3339.hasPrefix(stamp.rfc3339.prefix(4)))
      #expect(Int32(stamp.rfc3339.prefix(4)) == parts.tm_year + 1900)
      #expect(Timestamp(rfc3339: stamp.rfc3339) == stamp)
    }
  }

  @Test func fractionsAndOffsets() {
    let stamp = Timestamp(rfc3339: "2026-01-02T05:34:05.123456789+02:30")
    #expect(stamp == Timestamp(secondsSinceEpoch: 1_767_323_045, nanoseconds: 123_456_789))
    #expect(stamp?.rfc3339Micro == "2026-01-02T03:04:05.123456Z")
    #expect(stamp?.rfc3339 == "2026-01-02T03:04:05Z")
    #expect(Timestamp(secondsSinceEpoch: 1).rfc3339Micro == "1970-01-01T00:00:01.000000Z")
    #expect(Timestamp(rfc3339: "1970-01-01t00:00:00.5z")?.nanoseconds == 500_000_000)
    #expect(Timestamp(rfc3339: "1970-01-01T00:00:00-01:00")?.secondsSinceEpoch == 3600)
  }

  @Test(
    "Milliseconds are written with three decimals, what is finer is cut off",
    arguments: [
      (0, "1970-01-01T00:00:00.007Z"), (951_782_400, "2000-02-29T00:00:00.007Z"),
      (1_709_251_199, "2024-02-29T23:59:59.007Z"), (4_107_542_400, "2100-03-01T00:00:00.007Z"),
      (-1, "1969-12-31T23:59:59.007Z"), (1_767_225_599, "2025-12-31T23:59:59.007Z"),
    ] as [(Int64, String)])
  func milliseconds(_ seconds: Int64, _ text: String) {
    #expect(Timestamp(secondsSinceEpoch: seconds, nanoseconds: 7_999_999).rfc3339Milli == text)
  }

  @Test func nanosecondsCarryOver() {
    let stamp = Timestamp(secondsSinceEpoch: 10, nanoseconds: -1)
    #expect(stamp.secondsSinceEpoch == 9 && stamp.nanoseconds == 999_999_999)
    #expect(stamp < Timestamp(secondsSinceEpoch: 10))
    #expect(Timestamp.now() > Timestamp(secondsSinceEpoch: 1_700_000_000))
  }

  @Test(arguments: [
    "", "2026-01-02", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z", "2026-02-29T03:04:05Z",
    "2026-01-00T03:04:05Z", "2026-01-02T24:04:05Z", "2026-01-02T03:60:05Z", "2026-01-02T03:04:60Z",
    "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.1234567890Z", "2026-01-02T03:04:05Zx", "26-01-02T03:04:05Z",
    "2026-01-02T03:04:05+2:00", "0000-01-02T03:04:05Z", "1900-02-29T00:00:00Z", "2026-01-02T03:04:05+24:00",
  ])
  func refused(_ text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }
}
