// SPDX-License-Identifier: Apache-2.0

/// The protocols that the agent reads, and how it names their metrics.
struct L7Protocol: Hashable, Sendable {
  /// The label `protocol` of recorded series.
  let name: String
  /// Between `container_` and `_total`, for what a container sends.
  let outbound: String
  /// The same for what it receives; nil where the agent has none.
  let inbound: String?
  /// Whether there is a histogram of durations.
  var hasLatency = true
  /// What picks this protocol out of a family of several.
  var matcher: String?

  private static func requests(_ name: String) -> L7Protocol {
    L7Protocol(name: name, outbound: "\(name)_requests", inbound: "\(name)_inbound_requests")
  }
  private static func queries(_ name: String) -> L7Protocol {
    L7Protocol(name: name, outbound: "\(name)_queries", inbound: "\(name)_inbound_queries")
  }
  private static func messages(_ name: String) -> L7Protocol {
    L7Protocol(name: name, outbound: "\(name)_messages", inbound: nil, hasLatency: false)
  }

  /// gRPC is counted with HTTP and told by its status. Its durations have no status: they are in those of HTTP.
  static let all: [L7Protocol] = [
    L7Protocol(
      name: "http", outbound: "http_requests", inbound: "http_inbound_requests", matcher: #"status!~"grpc:.*""#),
    L7Protocol(
      name: "grpc", outbound: "http_requests", inbound: "http_inbound_requests", hasLatency: false,
      matcher: #"status=~"grpc:.*""#),
    .queries("postgres"), .queries("mysql"), .queries("redis"), .queries("mongo"), .queries("memcached"),
    .queries("cassandra"), .queries("clickhouse"), .requests("kafka"), .requests("dubbo"), .requests("zookeeper"),
    .requests("foundationdb"), .messages("rabbitmq"), .messages("nats"),
  ]
}

/// Requests that applications receive and send, DNS queries and log messages.
struct RequestRules {
  let selector: ObjectSelector
  let signals: Set<Signal>

  private static let application = RecordedLabels.object + ["namespace", "application"]

  var rules: [Rule] {
    (signals.contains(.l7) ? inbound + dns + outbound : []) + (signals.contains(.logMetrics) ? logs : [])
  }

  private func applications(
    _ name: String, _ metric: String, _ labels: [String], _ rule: [String: String] = [:],
    _ matcher: String? = nil
  ) -> Rule {
    let key = RecordedLabels.containerKey + labels
    let rate = matcher.map { selector.rate(metric, by: key, $0) } ?? selector.rate(metric, by: key)
    return .record(
      name, labels: rule,
      PromQL.by(Self.application + labels, "sum", selector.joined(rate, adding: ["namespace", "application"])))
  }

  private var inbound: [Rule] {
    L7Protocol.all.flatMap { one -> [Rule] in
      guard let inbound = one.inbound else { return [] }
      let label = ["protocol": one.name]
      let requests = applications(
        RecordedName.inboundRequests, "container_\(inbound)_total", ["status"], label, one.matcher)
      let latency = applications(
        RecordedName.inboundLatency, "container_\(inbound)_duration_seconds_total_bucket", ["le"], label)
      return one.hasLatency ? [requests, latency] : [requests]
    }
  }

  private var outbound: [Rule] {
    L7Protocol.all.flatMap { one -> [Rule] in
      let label = ["protocol": one.name]
      let requests = EdgeRules.edge(
        selector, RecordedName.edgeRequests, "container_\(one.outbound)_total", ["status"], label, one.matcher)
      let latency = EdgeRules.edge(
        selector, RecordedName.edgeLatency, "container_\(one.outbound)_duration_seconds_total_bucket", ["le"], label)
      return one.hasLatency ? [requests, latency] : [requests]
    }
  }

  private var dns: [Rule] {
    [
      applications(RecordedName.dnsRequests, "container_dns_requests_total", ["request_type", "status"]),
      applications(RecordedName.dnsLatency, "container_dns_requests_duration_seconds_total_bucket", ["le"]),
    ]
  }

  /// Without `sample` and `pattern_hash`: a line of a log does not become a label twice.
  private var logs: [Rule] { [applications(RecordedName.logMessages, "container_log_messages_total", ["level"])] }
}
