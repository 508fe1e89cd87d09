// SPDX-License-Identifier: Apache-2.0

import Dashboards

/// A container that an agent reports.
struct Workload {
  let id: String
  let app: String
  let node: String
  let ip: String
  var restarts = (0.0, 0.0)
  var oomKills = false

  var labels: [String: String] {
    Platform.labels(instance: "machine-\(node)").merging(
      ["container_id": id, "app_id": app, "az": node == "node-a" ? "zone-1" : "zone-2"]) { $1 }
  }
  func labels(_ more: [String: String]) -> [String: String] { labels.merging(more) { $1 } }

  /// A pod of a Deployment, with the application name that the agent reads out of its name.
  static func pod(_ name: String, _ suffix: String, _ node: String, _ ip: String) -> Workload {
    Workload(id: "/k8s/shop/\(name)-\(suffix)/app", app: "/k8s/shop/\(name)", node: node, ip: ip)
  }
}

/// Requests a second and their duration, in the healthy and in the faulty hour.
struct Load {
  var rate = 10.0
  /// The share that fails in the faulty hour.
  var failing = 0.0
  var seconds = (0.02, 0.02)
}

/// Families of series that a workload has.
enum Workloads {
  private static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

  /// A histogram all of whose observations take the same time.
  static func histogram(_ name: String, _ labels: [String: String], _ rate: Double, _ seconds: (Double, Double))
    -> [ScenarioSeries]
  {
    let buckets = bounds.map { bound in
      ScenarioSeries.counter(
        name + "_bucket", labels.merging(["le": "\(bound)"]) { $1 }, bound >= seconds.0 ? rate : 0,
        bound >= seconds.1 ? rate : 0)
    }
    return buckets + [
      .counter(name + "_bucket", labels.merging(["le": "+Inf"]) { $1 }, rate),
      .counter(name + "_sum", labels, rate * seconds.0, rate * seconds.1), .counter(name + "_count", labels, rate),
    ]
  }

  /// Requests of a family, by status.
  static func requests(_ family: String, _ labels: [String: String], _ load: Load, ok: String, failed: String)
    -> [ScenarioSeries]
  {
    func status(_ status: String) -> [String: String] { labels.merging(["status": status]) { $1 } }
    return [
      .counter("container_\(family)_total", status(ok), load.rate, load.rate * (1 - load.failing)),
      .counter("container_\(family)_total", status(failed), 0, load.rate * load.failing),
    ]
  }

  static func resources(_ one: Workload, _ signals: Set<Signal>) -> [ScenarioSeries] {
    let labels = one.labels
    let disk = one.labels(["mount_point": "/data", "device": "vda", "volume": "pvc-1"])
    var series: [ScenarioSeries] = [
      .counter("container_restarts_total", labels, one.restarts.0, one.restarts.1),
      .gauge("container_info", one.labels(["image": "registry/app:1"]), 1),
      .counter("container_resources_cpu_usage_seconds_total", labels, 0.2),
      .counter("container_resources_cpu_delay_seconds_total", labels, 0.01, 0.1),
      .counter("container_resources_cpu_throttled_seconds_total", labels, 0, 0.05),
      .gauge("container_resources_cpu_limit_cores", labels, 1),
      .gauge("container_resources_memory_rss_bytes", labels, 100e6, 180e6),
      .gauge("container_resources_memory_cache_bytes", labels, 50e6),
      .gauge("container_resources_memory_limit_bytes", labels, 200e6),
      .gauge("container_resources_disk_size_bytes", disk, 10e9),
      .gauge("container_resources_disk_used_bytes", disk, 4e9),
      .counter("container_resources_disk_read_bytes_total", disk, 1000),
      .counter("container_resources_disk_written_bytes_total", disk, 2000),
    ]
    for resource in ["cpu", "memory", "io"] {
      for kind in ["some", "full"] {
        series.append(
          .counter("container_resources_\(resource)_pressure_waiting_seconds_total", one.labels(["kind": kind]), 0.01))
      }
    }
    if signals.contains(.diskDelay) {
      series.append(.counter("container_resources_disk_delay_seconds_total", labels, 0.01))
    }
    if one.oomKills {
      // There is no such series before the first kill.
      series.append(
        ScenarioSeries(name: "container_oom_kills_total", labels: labels) { $0 < 4000 ? nil : $0 < 5000 ? 1 : 3 })
    }
    return series
  }

  static func listening(_ one: Workload, _ port: Int) -> [ScenarioSeries] {
    [
      .gauge("container_net_tcp_listen_info", one.labels(["listen_addr": "\(one.ip):\(port)", "proxy": ""]), 1),
      // Every pod has its own loopback.
      .gauge("container_net_tcp_listen_info", one.labels(["listen_addr": "127.0.0.1:\(port)", "proxy": ""]), 1),
    ]
  }

  /// TCP from a container to a destination; `actual` is empty for an external name.
  static func connections(
    _ one: Workload, to destination: String, actual: String, _ signals: Set<Signal>, rate: Double = 1,
    retransmits: Double = 0.01
  ) -> [ScenarioSeries] {
    let labels = one.labels(["destination": destination, "actual_destination": actual])
    var series: [ScenarioSeries] = [
      .counter("container_net_tcp_successful_connects_total", labels, rate),
      .counter("container_net_tcp_connection_time_seconds_total", labels, rate * 0.002),
      .gauge("container_net_tcp_active_connections", labels, 5),
      .counter("container_net_tcp_retransmits_total", labels, 0.01, retransmits),
    ]
    if signals.contains(.l7) {
      series += [
        .counter("container_net_tcp_bytes_sent_total", labels, 1000),
        .counter("container_net_tcp_bytes_received_total", labels, 5000),
      ]
    }
    if signals.contains(.ping), let ip = actual.split(separator: ":").first {
      series.append(.gauge("container_net_latency_seconds", one.labels(["destination_ip": String(ip)]), 0.0005, 0.002))
    }
    return series
  }
}
