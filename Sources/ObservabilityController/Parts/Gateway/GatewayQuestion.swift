// SPDX-License-Identifier: Apache-2.0

import Backends
import HTTPTransport
import KubernetesCore
import ObservabilityAPI
import Rendering

/// How full the queues of a gateway are, and what it could not keep: asked of each replica's own metrics.
struct GatewayQuestion: BackendQuestion {
  /// Of the replicas, by ordinal.
  private let addresses: [String]
  /// From which ordinal on replicas leave.
  private let leaving: Range<Int>
  /// The most bytes of a batch.
  private let batch: Int64
  /// The exporter of each signal, as the metrics name it.
  let exporters: [GatewaySignal: String]

  init(_ subject: Subject, exporters inputs: GatewayInputs, _ drain: GatewayDrain) {
    let name = GatewayShape.name(of: subject.name)
    addresses = (0..<drain.present).map { replica in
      "http://\(name)-\(replica).\(GatewayShape.replicasName(of: subject.name)).\(subject.spec.namespace).svc:"
        + "\(GatewayPort.metrics.number)/metrics"
    }
    leaving = Int(drain.wanted)..<Int(drain.present)
    batch = GatewayQueue(subject.spec.gateway).batch
    exporters = GatewayShape.exporters(of: inputs)
  }

  /// What tells the gateway from those of other objects.
  var gateway: String { addresses.first ?? "" }

  /// While replicas leave, an answer holds for as long as a bad one, so that the last of them is noticed soon.
  static func isGood(_ answer: GatewayTraffic) -> Bool { !answer.readings.isEmpty && answer.isDrained }

  /// Asks every replica; one that does not answer is left out.
  ///
  /// - Parameter before: what leaving replicas said the last time, by address.
  func ask(_ transport: any HTTPTransport, before: [String: GatewayMetrics] = [:]) async -> GatewayTraffic {
    var traffic = GatewayTraffic(exporters: exporters)
    for address in addresses {
      var request = HTTPRequest(url: address)
      request.deadlines = VictoriaMetricsCheck.deadlines
      request.bodyLimit = GatewayMetrics.longestText
      request.refusesLinkLocal = true
      do throws(TransportError) {
        let response = try await transport.send(request)
        guard response.status == 200 else { continue }
        traffic.readings[address] = GatewayMetrics(exposition: try await response.body.collect())
      } catch {
        // A replica that does not answer is not ready either, and its StatefulSet says so.
        continue
      }
    }
    judgeLeaving(&traffic, before)
    return traffic
  }

  private func judgeLeaving(_ traffic: inout GatewayTraffic, _ before: [String: GatewayMetrics]) {
    for replica in leaving {
      let address = addresses[replica]
      guard let metrics = traffic.readings[address] else {
        traffic.isDrained = false
        continue
      }
      traffic.leavingReadings[address] = metrics
      // An exporter without metrics has not been used since the collector started; its queue may still hold something.
      let sizes = exporters.values.map { metrics.exporters[$0]?.queueSize }
      if sizes.contains(nil) {
        traffic.isDrained = false
        continue
      }
      traffic.left[Int64(replica)] = sizes.compactMap(\.self).reduce(0) { sum, size in
        let (whole, isTooMuch) = sum.addingReportingOverflow(size)
        return isTooMuch ? .max : whole
      }
      for exporter in exporters.values {
        let isDrained = GatewayDrain.isDrained(
          Self.reading(metrics, exporter) ?? GatewayQueueReading(size: nil, sent: 0),
          before: before[address].flatMap { Self.reading($0, exporter) }, batch: batch)
        if !isDrained { traffic.isDrained = false }
      }
    }
  }

  private static func reading(_ metrics: GatewayMetrics, _ exporter: String) -> GatewayQueueReading? {
    metrics.exporters[exporter].map { GatewayQueueReading(size: $0.queueSize, sent: $0.sent) }
  }
}

/// What the replicas said in one round.
struct GatewayTraffic: Sendable {
  let exporters: [GatewaySignal: String]
  /// What tells this answer from every other.
  var round = 0
  /// By address.
  var readings: [String: GatewayMetrics] = [:]
  /// Of those that leave, by address.
  var leavingReadings: [String: GatewayMetrics] = [:]
  /// What the queues of leaving replicas hold, in bytes, by ordinal; without those that did not tell.
  var left: [Int64: Int64] = [:]
  /// Whether no leaving replica holds anything that waits; yes if none leaves.
  var isDrained = true
}
