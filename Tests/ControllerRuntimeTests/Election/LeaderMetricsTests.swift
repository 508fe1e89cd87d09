// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Testing
import Waiting

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(5))) struct LeaderMetricsTests {
  @Test func aRenewalThatNeedsAReadIsCounted() async throws {
    let (api, time, metrics) = (FakeAPI(), TestTime(), CountedMetrics())
    let elector = LeaderElector(
      api: api, lease: ObjectKey(namespace: "a", name: "leader"), identity: "me",
      // Unlike the time that one request has, so that the test can tell who sleeps.
      timing: LeaseTiming(retryPeriod: .seconds(3)), environment: time.environment, metrics: metrics,
      logger: LogRecorder().logger)
    let never = ChangeSignal()
    let run = Task { await elector.run { await never.changed(since: 0) } }
    try await eventually("it leads") { elector.isLeader && time.deadlines.contains(.seconds(3)) }
    time.advance(by: .seconds(3))
    try await eventually("it has renewed") { api.count("replace") == 1 && time.deadlines.contains(.seconds(6)) }
    #expect(metrics.slowRenewals == 0)
    api.fail("replace", .conflict)
    time.advance(by: .seconds(3))
    try await eventually("it has read and renewed") { api.count("replace") == 3 }
    #expect(metrics.slowRenewals == 1)
    run.cancel()
    _ = await run.value
  }
}
