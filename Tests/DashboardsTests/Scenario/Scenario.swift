// SPDX-License-Identifier: Apache-2.0

import Dashboards

/// Two hours of a cluster whose agents report the signals.
struct Scenario {
  let signals: Set<Signal>

  var series: [ScenarioSeries] {
    get throws {
      let recorded = try [("kernel-6.12.prom", "rec-a"), ("kernel-6.18.prom", "rec-b")].flatMap { file, node in
        try RecordedExposition(file).series(node: node)
      }
      return recorded.filter { signals.contains(.l7) || !Self.isL7($0.name) }
        .filter { signals.contains(.ping) || $0.name != "container_net_latency_seconds" }
        + Platform(signals: signals).series + Shop(signals: signals).series
    }
  }

  private static func isL7(_ name: String) -> Bool {
    name.contains("_requests_") || name.contains("_queries_") || name.contains("_tcp_bytes_")
  }

  /// A panel's query with the variables that Grafana would fill in.
  static func filled(_ expression: String, _ choices: [String: String] = [:]) -> String {
    var text = expression
    let values = [
      "$__rate_interval": "2m", "$__range": "1h", "$observability": ".+", "$cluster": ".*", "$namespace": ".+",
      "$application": ".+", "$node": ".+", "$top": "10",
    ].merging(choices) { $1 }
    for (variable, value) in values.sorted(by: { $0.key.count > $1.key.count }) {
      text = text.split(separator: variable, omittingEmptySubsequences: false).joined(separator: value)
    }
    return text
  }
}
