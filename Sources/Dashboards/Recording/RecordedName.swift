// SPDX-License-Identifier: Apache-2.0

/// The names of recorded series: `observability:<what>:<how>`, with `rate5m` for a rate over five minutes.
enum RecordedName {
  static let prefix = "observability:"

  /// Which application, pod and node a container belongs to: 1 a container.
  static let containerInfo = prefix + "container:info"
  /// Which application has a socket at an address: 1 an address.
  static let listenInfo = prefix + "listen_address:info"
  /// Which application answers at an address, that of a Service too: 1 an address.
  static let addressInfo = prefix + "address:info"
  /// Which application a destination of a container belongs to: 1 a container and destination.
  static let flowInfo = prefix + "flow:info"
  /// That an application has connections to another: 1 a pair.
  static let edgeInfo = prefix + "edge:info"
  /// The agent of a node: 1 an agent.
  static let nodeInfo = prefix + "node:info"
  /// The image that an application runs: 1 an image.
  static let imageInfo = prefix + "application_image:info"

  static let inboundRequests = prefix + "application_inbound_requests:rate5m"
  static let inboundLatency = prefix + "application_inbound_latency_seconds_bucket:rate5m"
  static let dnsRequests = prefix + "application_dns_requests:rate5m"
  static let dnsLatency = prefix + "application_dns_latency_seconds_bucket:rate5m"
  static let logMessages = prefix + "application_log_messages:rate5m"
  static let edgeRequests = prefix + "edge_requests:rate5m"
  static let edgeLatency = prefix + "edge_latency_seconds_bucket:rate5m"
  static let agentSeries = prefix + "agent_series:count"

  static func container(_ metric: String) -> String { prefix + "container_" + metric }
  static func edge(_ metric: String) -> String { prefix + "edge_" + metric }
  static func node(_ metric: String) -> String { prefix + "node_" + metric }
}

/// The labels that recorded series keep.
enum RecordedLabels {
  /// Whose series they are, and from which cluster.
  static let object = ["observability", "cluster"]
  /// What tells containers apart: one agent is one `instance`, with push and with scrape.
  static let containerKey = object + ["instance", "container_id"]
  /// What a container belongs to.
  static let place = ["namespace", "application", "pod", "container", "node"]
  /// What tells destinations of a container apart.
  static let flowKey = containerKey + ["destination", "actual_destination"]
  /// The ends of an edge: for people, and for links. `between` has both namespaces, so that one selector finds the edges
  /// that touch a namespace.
  static let edgeEnds = [
    "source", "target", "between", "source_namespace", "source_application", "target_namespace", "target_application",
  ]
}
