// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// How the platform's vmagent reads the collector's own metrics (`operator.victoriametrics.com/v1beta1`).
enum GatewayPodScrape {
  static func child(_ context: RenderContext) -> Child {
    let relabelings: [JSONObject] = [["targetLabel": "job", "replacement": .string(GatewayShape.appName)]]
    let endpoint: JSONObject = [
      "port": .string(GatewayPort.metrics.name),
      "path": "/metrics",
      "interval": "30s",
      "scrapeTimeout": "10s",
      "relabelConfigs": .array((relabelings + context.seriesRelabelings).map { .object($0) }),
    ]
    let spec: JSONObject = [
      "selector": ["matchLabels": .object(context.selector(of: .gateway))],
      "podMetricsEndpoints": [.object(endpoint)],
    ]
    return context.child(of: .gateway, .podScrapes, ["spec": .object(spec)])
  }
}
