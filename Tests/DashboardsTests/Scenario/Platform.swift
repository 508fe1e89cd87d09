// SPDX-License-Identifier: Apache-2.0

import Dashboards

/// What stands around the workloads: nodes, agents, the operator, the gateway and the kubelet's cAdvisor.
struct Platform {
  static let object = "platform"
  let signals: Set<Signal>

  /// Nodes with an agent and generated workloads. In the faulty hour `node-d` has none, and that of `node-c` falls silent
  /// after twenty minutes.
  static let nodes = ["node-a", "node-b", "node-c", "node-d"]
  static func reports(_ node: String) -> (Double) -> Bool {
    switch node {
    case "node-c": { $0 < Clock.fault + 1200 }
    case "node-d": { $0 < Clock.fault }
    default: { _ in true }
    }
  }

  /// The labels that every series of an agent has after remote write.
  static func labels(instance: String) -> [String: String] {
    [
      "observability": object, "cluster": "cozystack", "tenant": "tenant-root", "job": "coroot-node-agent",
      "instance": instance, "machine_id": instance, "system_uuid": "uuid-\(instance)",
    ]
  }

  var series: [ScenarioSeries] {
    Self.nodes.flatMap { node in self.node(node).map { $0.during(Self.reports(node)) } } + operatorSeries + cadvisor
      + (signals.contains(.gateway) ? gateway : []) + burst
  }

  func node(_ node: String) -> [ScenarioSeries] {
    let labels = Self.labels(instance: "machine-\(node)")
    func with(_ more: [String: String]) -> [String: String] { labels.merging(more) { $1 } }
    var series: [ScenarioSeries] = [
      .gauge("node_info", with(["hostname": node, "kernel_version": "6.12.0"]), 1),
      .gauge("node_agent_info", with(["version": "1.35.6"]), 1), .gauge("up", labels, 1),
      .gauge("node_resources_cpu_logical_cores", labels, 8),
      .gauge("node_resources_memory_total_bytes", labels, 32e9),
      .gauge("node_resources_memory_available_bytes", labels, 20e9, 2e9),
      .gauge("node_resources_memory_cached_bytes", labels, 6e9),
      .gauge("node_net_interface_up", with(["interface": "eth0"]), 1),
      .counter("node_net_received_bytes_total", with(["interface": "eth0"]), 1e6),
      .counter("node_net_transmitted_bytes_total", with(["interface": "eth0"]), 2e6),
      .counter("node_resources_disk_io_time_seconds_total", with(["device": "vda"]), 0.2),
      .counter("node_resources_disk_read_bytes_total", with(["device": "vda"]), 1e6),
      .counter("node_resources_disk_written_bytes_total", with(["device": "vda"]), 2e6),
      .counter("promhttp_metric_handler_errors_total", with(["cause": "gathering"]), 0),
      ScenarioSeries(name: "node_uptime_seconds", labels: labels) { 86400 + $0 },
    ]
    for (mode, share) in [("idle", 6.0), ("user", 1.5), ("system", 0.4), ("iowait", 0.1)] {
      series.append(.counter("node_resources_cpu_usage_seconds_total", with(["mode": mode]), share))
    }
    if signals.contains(.gpu), node == "node-b" { series += gpu(with(["gpu_uuid": "GPU-1"])) }
    return series
  }

  private func gpu(_ labels: [String: String]) -> [ScenarioSeries] {
    [
      .gauge("node_gpu_info", labels.merging(["name": "A100", "driver_version": "550"]) { $1 }, 1),
      .gauge("node_resources_gpu_memory_total_bytes", labels, 40e9),
      .gauge("node_resources_gpu_memory_used_bytes", labels, 10e9),
      .gauge("node_resources_gpu_utilization_percent_avg", labels, 40),
      .gauge("node_resources_gpu_utilization_percent_peak", labels, 90),
      .gauge("node_resources_gpu_temperature_celsius", labels, 61),
      .gauge("node_resources_gpu_power_usage_watts", labels, 210),
    ]
  }

  var operatorSeries: [ScenarioSeries] {
    let labels = ["job": "observability-operator", "instance": "10.0.0.9:8080", "namespace": "cozy-observability"]
    func with(_ more: [String: String]) -> [String: String] { labels.merging(more) { $1 } }
    let agents: [(String, Double, Double)] = [
      ("eligible", 6, 6), ("ready", 6, 5), ("updated", 6, 5), ("ineligible", 0, 1),
    ]
    let queue = ["name": "observability", "controller": "observability"]
    var series: [ScenarioSeries] = agents.map {
      .gauge("observability_agents", with(["object": Self.object, "state": $0.0]), $0.1, $0.2)
    }
    for (type, fails) in [("Ready", true), ("AgentsAvailable", true), ("MetricsBackendReady", false)] {
      let condition = with(["object": Self.object, "type": type])
      series.append(.gauge("observability_condition", condition.merging(["status": "True"]) { $1 }, 1, fails ? 0 : 1))
      series.append(.gauge("observability_condition", condition.merging(["status": "False"]) { $1 }, 0, fails ? 1 : 0))
      series.append(.gauge("observability_condition", condition.merging(["status": "Unknown"]) { $1 }, 0))
    }
    for (backend, fails) in [("metrics", false), ("clickHouse", true)] {
      series.append(
        .gauge("observability_backend_up", with(["object": Self.object, "backend": backend]), 1, fails ? 0 : 1))
      series.append(
        ScenarioSeries(
          name: "observability_backend_last_check_timestamp_seconds",
          labels: with(["object": Self.object, "backend": backend])
        ) { Clock.start + ($0 / 60).rounded(.down) * 60 })
    }
    for (kind, cause, repairs) in [
      ("DaemonSet", "created", 0), ("DaemonSet", "drifted", 0.01), ("Secret", "updated", 0),
    ] {
      series.append(
        .counter("observability_child_writes_total", with(["kind": kind, "cause": cause]), 0, repairs))
    }
    for result in ["success", "error", "requeue_after"] {
      series.append(
        .counter("controller_runtime_reconcile_total", with(["controller": "observability", "result": result]), 0.1))
    }
    series += [
      .gauge("observability_operator_build_info", with(["version": "0.1.0"]), 1),
      .gauge("leader_election_master_status", with(["name": "observability-operator"]), 1, 0),
      .counter("controller_runtime_reconcile_errors_total", with(["controller": "observability"]), 0, 0.1),
      .gauge("workqueue_longest_running_processor_seconds", with(queue), 0, 300),
      .gauge("workqueue_depth", with(queue).merging(["priority": "0"]) { $1 }, 0, 3),
      .gauge("process_resident_memory_bytes", labels, 20e6), .counter("process_cpu_seconds_total", labels, 0.01),
      .counter("rest_client_requests_total", with(["code": "200", "method": "GET", "host": "10.96.0.1:443"]), 0.1),
    ]
    series += Workloads.histogram(
      "controller_runtime_reconcile_time_seconds", with(["controller": "observability"]), 0.1, (0.1, 0.1))
    series += Workloads.histogram("workqueue_queue_duration_seconds", with(queue), 0.1, (0.01, 0.01))
    series += Workloads.histogram(
      "rest_client_request_duration_seconds", with(["verb": "GET", "host": "10.96.0.1:443"]), 0.1, (0.02, 0.02))
    return series
  }

  private var cadvisor: [ScenarioSeries] {
    let labels = [
      "cluster": "cozystack", "tenant": "tenant-root", "namespace": "cozy-coroot", "container": "node-agent",
      "pod": "\(Self.object)-node-agent-b4c8d",
    ]
    return [
      .gauge("container_memory_working_set_bytes", labels, 300e6, 1020e6),
      .gauge("container_spec_memory_limit_bytes", labels, 1073e6),
    ]
  }

  private var gateway: [ScenarioSeries] {
    let labels = [
      "observability": Self.object, "cluster": "cozystack", "job": "coroot-gateway", "instance": "10.0.0.8:8888",
    ]
    func with(_ more: [String: String]) -> [String: String] { labels.merging(more) { $1 } }
    let exporter = with(["exporter": "clickhouse"])
    var series: [ScenarioSeries] = []
    for kind in ["spans", "log_records"] {
      series += [
        .counter("otelcol_receiver_accepted_\(kind)", with(["receiver": "otlp", "transport": "http"]), 50),
        .counter("otelcol_exporter_sent_\(kind)", exporter, 50, 10),
        .counter("otelcol_exporter_enqueue_failed_\(kind)", exporter, 0, 5),
        .counter("otelcol_exporter_send_failed_\(kind)", exporter, 0),
      ]
    }
    for type in ["traces", "logs"] {
      series += [
        .gauge("otelcol_exporter_queue_size", exporter.merging(["data_type": type]) { $1 }, 1e8, 9e8),
        .gauge("otelcol_exporter_queue_capacity", exporter.merging(["data_type": type]) { $1 }, 1e9),
      ]
    }
    return series
  }

  static let burstSize = 1500

  /// Sockets that one program opens by the hundred in the faulty hour: cardinality.
  private var burst: [ScenarioSeries] {
    let labels = Self.labels(instance: "machine-node-a").merging([
      "container_id": "/k8s/shop/frontend-7d9f8b6c5d-abcde/app", "app_id": "/k8s/shop/frontend",
    ]) { $1 }
    return (0..<Self.burstSize).map { port in
      ScenarioSeries.gauge(
        "container_net_tcp_listen_info", labels.merging(["listen_addr": "10.1.0.1:\(20000 + port)"]) { $1 }, 1
      ).during { $0 >= Clock.fault }
    }
  }
}
