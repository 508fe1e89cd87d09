// SPDX-License-Identifier: Apache-2.0

import Replay
import Testing

@Suite("The recorded exchanges of a real API server")
struct ReplayTests {
  @Test("get the same answers, but for those on the list")
  func replay() async throws {
    let exchanges = try Exchange.recorded()
    #expect(exchanges.count == 355)
    #expect(Set(exchanges.map { "\($0.topic): \($0.step)" }).count == exchanges.count)
    let report = Report(try await Replay(exchanges, try Exclusions()).run())
    #expect(report.failures.isEmpty, "\(report.failures.joined(separator: "\n"))")
    #expect(report.passed + report.excluded.count == exchanges.count)
    #expect(report.excluded.count <= Exclusions.most)
  }
}
