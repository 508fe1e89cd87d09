// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// How the platform's vmagent reads the agents (`operator.victoriametrics.com/v1beta1`, operator v0.68.4).
enum NodeAgentPodScrape {
  /// The name under which series of the agent are known, with Push too.
  private static let job = "coroot-node-agent"
  private static let longestTimeout = Duration.seconds(10)

  static func child(_ context: RenderContext) -> Child {
    let interval = GoDuration.parse(context.spec.metrics.interval) ?? .seconds(15)
    let endpoint: JSONObject = [
      "port": .string(AgentPort.name),
      "path": "/metrics",
      "interval": .string(text(interval)),
      // A scrape must be over before the next one is due.
      "scrapeTimeout": .string(text(min(interval, longestTimeout))),
      // Above the platform's 32 MB, which a node with many pods exceeds. The name is snake case in the schema.
      "max_scrape_size": "64MiB",
      "relabelConfigs": .array(relabelings(context).map { .object($0) }),
    ]
    let spec: JSONObject = [
      "selector": ["matchLabels": .object(context.agentSelector)], "podMetricsEndpoints": [.object(endpoint)],
    ]
    return context.agentChild(.podScrapes, ["spec": .object(spec)])
  }

  private static func relabelings(_ context: RenderContext) -> [JSONObject] {
    let own: [JSONObject] = [
      ["targetLabel": "job", "replacement": .string(job)],
      ["sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"],
    ]
    return own + context.seriesRelabelings
  }

  /// The duration in whole seconds or milliseconds, which every release of VictoriaMetrics reads alike.
  private static func text(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    return milliseconds == 0 ? "\(seconds)s" : "\(seconds * 1000 + milliseconds)ms"
  }
}

extension RenderContext {
  /// What puts the object's labels on every series of a scrape.
  var seriesRelabelings: [JSONObject] {
    seriesLabels.map { label in
      // In a replacement `$1` is a capture group; `$$` is the sign itself.
      ["targetLabel": .string(label.name), "replacement": .string(EnvironmentVariable.escaped(label.value))]
    }
  }
}
