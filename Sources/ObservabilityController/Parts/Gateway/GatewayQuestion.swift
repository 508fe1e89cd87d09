// SPDX-License-Identifier: Apache-2.0

import Backends
import HTTPTransport
import KubernetesCore
import ObservabilityAPI
import Rendering

/// How full the queues of a gateway are, and what it could not keep: asked of each replica's own metrics.
struct GatewayQuestion: BackendQuestion {
  private let addresses: [String]
  /// The exporter of each signal, as the metrics name it.
  let exporters: [GatewaySignal: String]

  init(_ subject: Subject, exporters inputs: GatewayInputs) {
    let name = GatewayShape.name(of: subject.name)
    addresses = (0..<subject.spec.gateway.replicas).map { replica in
      "http://\(name)-\(replica).\(GatewayShape.replicasName(of: subject.name)).\(subject.spec.namespace).svc:"
        + "\(GatewayPort.metrics.number)/metrics"
    }
    exporters = GatewayShape.exporters(of: inputs)
  }

  static func isGood(_ answer: GatewayTraffic) -> Bool { !answer.readings.isEmpty }

  /// Asks every replica; one that does not answer is left out.
  func ask(_ transport: any HTTPTransport) async -> GatewayTraffic {
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
    return traffic
  }
}

/// What the replicas said in one round.
struct GatewayTraffic: Sendable {
  let exporters: [GatewaySignal: String]
  /// By address.
  var readings: [String: GatewayMetrics] = [:]
}
