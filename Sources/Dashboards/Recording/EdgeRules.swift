// SPDX-License-Identifier: Apache-2.0

/// Who talks to whom: the edges of the service map.
///
/// Three steps, each recorded: which application listens at an address; which application each destination of each
/// container is; and sums over pairs of applications. What is not found is an external address.
struct EdgeRules {
  let selector: ObjectSelector
  let signals: Set<Signal>

  private static let address = RecordedLabels.object + ["address"]
  private static let target = ["target_namespace", "target_application"]

  var rules: [Rule] {
    [
      .record(RecordedName.listenInfo, listening), .record(RecordedName.addressInfo, addresses),
      .record(RecordedName.flowInfo, flows),
    ]
      + [.record(RecordedName.edgeInfo, PromQL.by(RecordedLabels.object + RecordedLabels.edgeEnds, "group", flowInfo))]
      + Self.counters.map { edge($0.name + ":rate5m", $0.metric) } + [connections]
      + (signals.contains(.l7) ? Self.bytes.map { edge($0.name + ":rate5m", $0.metric) } : [])
      + (signals.contains(.ping) ? [roundTrip] : [])
  }

  private static let counters = [
    (name: "connects", metric: "container_net_tcp_successful_connects_total"),
    (name: "failed_connects", metric: "container_net_tcp_failed_connects_total"),
    (name: "retransmits", metric: "container_net_tcp_retransmits_total"),
    (name: "connect_seconds", metric: "container_net_tcp_connection_time_seconds_total"),
  ]
  private static let bytes = [
    (name: "bytes_sent", metric: "container_net_tcp_bytes_sent_total"),
    (name: "bytes_received", metric: "container_net_tcp_bytes_received_total"),
  ]

  private var flowInfo: String { selector(RecordedName.flowInfo) }

  /// Where two containers announce one address, as after it went to a new pod, the one that was reported last wins. A
  /// loopback address is every pod's own, so it identifies no pod.
  private var listening: String {
    let sockets = PromQL.relabeled(
      "timestamp(\(selector("container_net_tcp_listen_info", #"listen_addr!~"(127\\.|\\[::1\\]).*""#)))", "address",
      "$1", from: "listen_addr", "(.+)")
    let owned = selector.joined(
      PromQL.by(RecordedLabels.containerKey + ["address"], "max", sockets), adding: ["namespace", "application"])
    let newest = PromQL.first(Self.address, PromQL.by(Self.address + Self.target, "max", renamed(owned)))
    return PromQL.by(Self.address + Self.target, "group", newest)
  }

  /// Listening sockets as they are, and the addresses of Services by what connections to them ended at.
  private var addresses: String {
    let listening = selector(RecordedName.listenInfo)
    let services = PromQL.by(
      RecordedLabels.object + ["address", "actual_destination"], "group",
      PromQL.relabeled(
        selector("container_net_tcp_successful_connects_total", #"actual_destination!="""#), "address", "$1",
        from: "destination", "(.+)"))
    let behind =
      "\(services) * on (observability, cluster, actual_destination) group_left (target_namespace, target_application) "
      + PromQL.relabeled(listening, "actual_destination", "$1", from: "address", "(.+)")
    // A Service that several applications stand behind is the one with the most addresses.
    let once = PromQL.first(Self.address, PromQL.by(Self.address + Self.target, "sum", behind))
    return PromQL.by(
      Self.address + Self.target, "group", "\(listening) or on (observability, cluster, address) \(once)")
  }

  private func renamed(_ vector: String) -> String {
    PromQL.relabeled(
      PromQL.relabeled(vector, "target_namespace", "$1", from: "namespace", "(.+)"), "target_application", "$1",
      from: "application", "(.+)")
  }

  /// Every destination of every container. A failed connect has no actual destination, nor has an external name.
  private var flows: String {
    let seen = [
      "container_net_tcp_successful_connects_total", "container_net_tcp_failed_connects_total",
      "container_net_tcp_active_connections",
    ].map { selector($0) }.joined(separator: " or ")
    var flow = PromQL.by(RecordedLabels.flowKey, "group", seen)
    flow = PromQL.relabeled(flow, "address", "$1", from: "destination", "(.+)")
    flow = PromQL.relabeled(flow, "address", "$1", from: "actual_destination", "(.+)")
    flow = selector.joined(flow, adding: ["namespace", "application", "node", "zone"])
    flow = PromQL.relabeled(flow, "source_namespace", "$1", from: "namespace", "(.+)")
    flow = PromQL.relabeled(flow, "source_application", "$1", from: "application", "(.+)")
    let known =
      "\(flow) * on (observability, cluster, address) group_left (target_namespace, target_application) "
      + selector(RecordedName.addressInfo)
    let external = PromQL.labeled(
      PromQL.relabeled(flow, "target_application", "$1", from: "address", "(.+)"), "target_namespace",
      NamingRules.externalNamespace)
    let both = "(\(known)) or on (\(RecordedLabels.flowKey.joined(separator: ", "))) (\(external))"
    let ends = [
      ("source", "/", "source_namespace", "source_application"),
      ("target", "/", "target_namespace", "target_application"),
      ("between", "|", "source_namespace", "target_namespace"),
    ].reduce(both) { PromQL.joined($0, $1.0, by: $1.1, $1.2, $1.3) }
    // The address of the far end without its port, for round-trip times.
    let ip = PromQL.relabeled(ends, "ip", "$1", from: "address", #"\[?([0-9a-fA-F.:]+?)\]?:[0-9]+"#)
    return PromQL.by(RecordedLabels.flowKey + ["ip", "node", "zone"] + RecordedLabels.edgeEnds, "group", ip)
  }

  private func edge(_ name: String, _ metric: String) -> Rule {
    Self.edge(selector, RecordedName.edge(name), metric, [])
  }

  /// A counter of destinations as a rate over pairs of applications.
  static func edge(
    _ selector: ObjectSelector, _ name: String, _ metric: String, _ labels: [String], _ rule: [String: String] = [:],
    _ matcher: String? = nil
  ) -> Rule {
    let key = RecordedLabels.flowKey + labels
    let rate = matcher.map { selector.rate(metric, by: key, $0) } ?? selector.rate(metric, by: key)
    return .record(name, labels: rule, sum(rate, selector, labels))
  }

  private static func sum(_ vector: String, _ selector: ObjectSelector, _ labels: [String]) -> String {
    PromQL.by(
      RecordedLabels.object + RecordedLabels.edgeEnds + labels, "sum",
      "\(vector) * on (\(RecordedLabels.flowKey.joined(separator: ", "))) "
        + "group_left (\(RecordedLabels.edgeEnds.joined(separator: ", "))) \(selector(RecordedName.flowInfo))")
  }

  private var connections: Rule {
    .record(
      RecordedName.edge("active_connections:sum"),
      Self.sum(
        PromQL.by(RecordedLabels.flowKey, "sum", selector("container_net_tcp_active_connections")), selector, []))
  }

  /// Round trips are measured by address, whatever the port.
  private var roundTrip: Rule {
    let key = RecordedLabels.containerKey + ["ip"]
    let measured = PromQL.by(
      key, "max",
      PromQL.relabeled(selector("container_net_latency_seconds"), "ip", "$1", from: "destination_ip", "(.+)"))
    return .record(
      RecordedName.edge("rtt_seconds:avg"),
      PromQL.by(
        RecordedLabels.object + RecordedLabels.edgeEnds + ["node", "zone"], "avg",
        "\(flowInfo) * on (\(key.joined(separator: ", "))) group_left () \(measured)"))
  }
}
