// SPDX-License-Identifier: Apache-2.0

import Backends
import JSON
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// What becomes of data in the gateway, by what its replicas count.
@Suite struct TrafficHistoryTests {
  static let exporters: [GatewaySignal: String] = [.traces: "clickhouse/traces", .logs: "clickhouse/logs"]

  /// What one replica says of the exporter of traces.
  static func text(size: Double = 0, sendFailed: Double = 0, enqueueFailed: Double = 0) -> [UInt8] {
    Array(
      """
      # TYPE otelcol_exporter_queue_size gauge
      otelcol_exporter_queue_size{data_type="traces",exporter="clickhouse/traces"} \(size)
      otelcol_exporter_queue_capacity{data_type="traces",exporter="clickhouse/traces"} 1000
      otelcol_exporter_send_failed_spans{exporter="clickhouse/traces"} \(sendFailed)
      otelcol_exporter_enqueue_failed_spans{exporter="clickhouse/traces"} \(enqueueFailed)

      """.utf8)
  }

  static func state(_ looks: [(Int64, [UInt8]?)]) throws -> PartState {
    var history = TrafficHistory()
    for (round, (time, text)) in looks.enumerated() {
      var traffic = GatewayTraffic(exporters: exporters)
      traffic.round = round
      if let text { traffic.readings["http://a"] = GatewayMetrics(exposition: text) }
      history.add(traffic, now: .seconds(time))
    }
    return history.state(try Made.observability().spec, name: "platform-gateway", now: .seconds(looks.last?.0 ?? 0))
  }

  /// One state of each kind.
  static func states() throws -> [PartState] {
    [
      try state([(0, text())]), try state([(0, text()), (60, text(sendFailed: 1))]),
      try state([(0, text()), (60, text(enqueueFailed: 1))]), try state([(0, text(size: 600)), (60, text(size: 700))]),
    ]
  }

  @Test func aQuietGatewayDelivers() throws {
    let state = try Self.state([(0, Self.text()), (60, Self.text(size: 10))])
    #expect(state.isGood && state.finding.reason == .delivering)
    #expect(state.finding.message == "1 of 1 replicas are ready.")
  }

  @Test func withoutAnAnswerTheQueueIsNotKnown() throws {
    let state = try Self.state([(0, nil)])
    #expect(state.isGood && state.finding.message.contains("is not known"))
  }

  @Test("What a replica counted before it was first looked at is no news")
  func oldLossesAreNotTold() throws {
    #expect(try Self.state([(0, Self.text(sendFailed: 5)), (60, Self.text(sendFailed: 5))]).isGood)
  }

  @Test(
    arguments: [
      (text(sendFailed: 3), ConditionReason.destinationRefuses, "destination of traces refuses"),
      (text(enqueueFailed: 3), .dataRejected, "queue of traces is full"),
    ] as [([UInt8], ConditionReason, String)])
  func lossesAreTold(_ later: [UInt8], _ reason: ConditionReason, _ words: String) throws {
    let finding = try #require(try Self.state([(0, Self.text()), (60, later)]).badFinding)
    #expect(finding.reason == reason && finding.message.contains(words), "\(finding.message)")
    #expect(
      try Self.state([(0, Self.text()), (60, later), (700, later), (1400, later)]).isGood, "ten minutes without another"
    )
  }

  @Test func aCounterThatBeginsAgainIsCounted() throws {
    let looks =
      [(0, Self.text(sendFailed: 9)), (60, Self.text()), (120, Self.text(sendFailed: 2))] as [(Int64, [UInt8]?)]
    #expect(try Self.state(looks).finding.reason == .destinationRefuses)
  }

  @Test("An answer that is looked at again changes nothing")
  func oneAnswerManyLooks() throws {
    var history = TrafficHistory()
    let spec = try Made.observability().spec
    for (round, size) in [500.0, 600].enumerated() {
      var traffic = GatewayTraffic(exporters: Self.exporters)
      traffic.round = round
      traffic.readings["http://a"] = GatewayMetrics(exposition: Self.text(size: size))
      for look in 0..<3 { history.add(traffic, now: .seconds(round * 60 + look)) }
    }
    let state = history.state(spec, name: "platform-gateway", now: .seconds(62))
    #expect(state.finding.reason == .queueFilling)
  }

  @Test func aQueueThatGrowsTellsTheTimeThatIsLeft() throws {
    let finding = try #require(try Self.state([(0, Self.text(size: 500)), (3600, Self.text(size: 600))]).badFinding)
    #expect(finding.reason == .queueFilling)
    #expect(
      finding.message.contains("more than 60 % full") && finding.message.contains("about 4 hours"), "\(finding.message)"
    )
    #expect(try Self.state([(0, Self.text(size: 900)), (60, Self.text(size: 800))]).isGood, "it runs empty")
    #expect(try Self.state([(0, Self.text(size: 10)), (60, Self.text(size: 40))]).isGood, "there is room")
  }
}
