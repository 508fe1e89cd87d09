// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Logging
import Testing
import Waiting

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(5))) struct EventTests {
  private let node = KubernetesObject([
    "apiVersion": "v1", "kind": "Node", "metadata": ["name": "n", "uid": "u"],
  ])

  private func occurrence(_ note: String) -> EventOccurrence {
    EventOccurrence(
      regarding: ["apiVersion": "v1", "kind": "Node", "name": "n"], type: .warning, reason: "R", action: "A",
      note: note, time: Timestamp(secondsSinceEpoch: 1_767_225_600))
  }

  @Test func repeatsBecomeASeriesUntilItIsForgotten() {
    var series = EventSeries(controller: "c", instance: "i")
    guard case .create(let event) = series.action(for: occurrence("x"), now: .zero, suffix: 0xab) else {
      Issue.record("the first occurrence makes an Event")
      return
    }
    #expect(event.key == ObjectKey(namespace: "default", name: "n.ab"))
    #expect(event["eventTime"] == "2026-01-01T00:00:00.000000Z")
    #expect(event["type"] == "Warning" && event["note"] == "x" && event["reportingController"] == "c")
    let patch = series.action(for: occurrence("x"), now: .seconds(300), suffix: 1)
    #expect(
      patch
        == .patch(event.key, ["series": ["count": 2, "lastObservedTime": "2026-01-01T00:00:00.000000Z"]]))
    guard case .patch(_, let third) = series.action(for: occurrence("x"), now: .seconds(600), suffix: 1) else {
      Issue.record("a repeat prolongs the series")
      return
    }
    #expect(third["series"]?["count"] == 3)
    guard case .create = series.action(for: occurrence("y"), now: .seconds(600), suffix: 2),
      case .create = series.action(for: occurrence("x"), now: .seconds(960), suffix: 3)
    else {
      Issue.record("another note, or a late repeat, makes an Event of its own")
      return
    }
    series.lost(ObjectKey(namespace: "default", name: "n.3"))
    guard case .create = series.action(for: occurrence("x"), now: .seconds(960), suffix: 4) else {
      Issue.record("a lost Event is created again")
      return
    }
  }

  @Test func memoryIsBounded() {
    var series = EventSeries(controller: "c", instance: "i")
    for index in 0...EventSeries.limit {
      _ = series.action(for: occurrence("\(index)"), now: .milliseconds(index), suffix: UInt64(index))
    }
    guard case .create = series.action(for: occurrence("0"), now: .seconds(2), suffix: 0),
      case .patch = series.action(for: occurrence("\(EventSeries.limit)"), now: .seconds(2), suffix: 0)
    else {
      Issue.record("the oldest is forgotten first")
      return
    }
  }

  private func recorder(
    _ api: FakeAPI, _ time: TestTime, _ log: LogRecorder = LogRecorder(), capacity: Int = 8,
    metrics: any RuntimeMetrics = NoRuntimeMetrics()
  ) -> EventRecorder {
    EventRecorder(
      api: api, controller: "c", instance: "i", capacity: capacity, environment: time.environment, metrics: metrics,
      logger: log.logger)
  }

  @Test func createsAndThenPatchesAndDrainsAtTheEnd() async throws {
    let (api, time) = (FakeAPI(), TestTime())
    let recorder = recorder(api, time)
    let run = Task { await recorder.run() }
    for _ in 1...3 { recorder.record(regarding: node, type: .normal, reason: "R", action: "A", note: "x") }
    await recorder.drain(within: .seconds(5))
    await run.value
    #expect(api.requests.map(\.verb) == ["create", "patch", "patch"])
    let event = try #require(api.object(.events, ObjectKey(namespace: "default", name: "n.0")))
    #expect(event["series"]?["count"] == 3)
    #expect(event["regarding"]?["uid"] == "u")
    recorder.record(regarding: node, type: .normal, reason: "R", action: "A", note: "late")
    #expect(recorder.dropped == 1)
  }

  @Test func whatTheServerWouldRefuseIsCut() async throws {
    let (api, time) = (FakeAPI(), TestTime())
    let recorder = EventRecorder(
      api: api, controller: "c", instance: String(repeating: "i", count: 200), environment: time.environment,
      logger: LogRecorder().logger)
    let run = Task { await recorder.run() }
    let long = String(repeating: "ä", count: 2000)
    recorder.record(regarding: node, type: .normal, reason: long, action: long, note: long)
    await recorder.drain(within: .seconds(5))
    await run.value
    let event = try #require(api.objects(.events).first)
    for (member, limit) in [("reason", 128), ("action", 128), ("note", 1024), ("reportingInstance", 128)] {
      let length = event[member]?.string?.utf8.count ?? 0
      #expect(length <= limit && length > limit - 3, "\(member)")
    }
  }

  @Test func aFullQueueDropsAndCountsAndNeverBlocks() async {
    let (api, time) = (FakeAPI(), TestTime())
    let metrics = CountedMetrics()
    let recorder = recorder(api, time, capacity: 2, metrics: metrics)
    for note in ["1", "2", "3"] {
      recorder.record(regarding: node, type: .normal, reason: "R", action: "A", note: note)
    }
    #expect(recorder.dropped == 1)
    let drain = Task { await recorder.drain(within: .zero) }
    await drain.value
    #expect(recorder.dropped == 3)
    #expect(metrics.dropped == 3)
    #expect(api.requests.isEmpty)
  }

  @Test("An Event waits for a minute at most, however long the server asks for")
  func aWaitOfDecadesIsNotGranted() async throws {
    let (api, time) = (FakeAPI(), TestTime())
    let recorder = recorder(api, time)
    let run = Task { await recorder.run() }
    api.fail("create", .status(429, "TooManyRequests", retryAfter: .seconds(Int64.max)))
    recorder.record(regarding: node, type: .normal, reason: "R", action: "A", note: "x")
    try await eventually("it waits") { time.deadlines == [.seconds(60)] }
    time.advance(by: .seconds(60))
    try await eventually("it is sent") { api.objects(.events).count == 1 }
    run.cancel()
    await run.value
  }

  @Test func failuresAreTriedAgainAndThenGivenUp() async throws {
    let (api, time, log) = (FakeAPI(), TestTime(), LogRecorder())
    let recorder = recorder(api, time, log)
    let run = Task { await recorder.run() }
    api.fail("create", .unavailable)
    recorder.record(regarding: node, type: .normal, reason: "R", action: "A", note: "x")
    try await eventually("it waits") { time.deadlines == [.milliseconds(800)] }
    time.advance(by: .seconds(1))
    try await eventually("it is sent") { api.object(.events, ObjectKey(namespace: "default", name: "n.0")) != nil }

    // An Event that the server has forgotten begins a new series, at once.
    api.remove(.events, ObjectKey(namespace: "default", name: "n.0"))
    recorder.record(regarding: node, type: .normal, reason: "R", action: "A", note: "x")
    try await eventually("it is created again") {
      api.object(.events, ObjectKey(namespace: "default", name: "n.0")) != nil
    }

    // A create whose answer was lost has arrived.
    api.fail("create", .conflict)
    recorder.record(regarding: node, type: .normal, reason: "R", action: "A", note: "y")
    api.fail("create", .status(403, "Forbidden"))
    recorder.record(regarding: node, type: .normal, reason: "Refused", action: "A", note: "z")
    try await eventually("it is given up") { recorder.dropped == 1 }
    #expect(log.lines(.warning) == ["event dropped"])
    #expect(log.metadata("reason") == ["Refused"])
    run.cancel()
    await run.value
  }
}
