// SPDX-License-Identifier: Apache-2.0

import Dashboards

/// Five services that call each other: one fails, one is slow, one loses packets; and one container of each runtime.
struct Shop {
  let signals: Set<Signal>

  private static let frontend = [
    Workload.pod("frontend", "7d9f8b6c5d-abcde", "node-a", "10.1.0.1"),
    Workload.pod("frontend", "7d9f8b6c5d-fghij", "node-b", "10.1.1.1"),
  ]
  private static let checkout = Workload(
    id: "/k8s/shop/checkout-5c4d7f8b9-klmnp/app", app: "/k8s/shop/checkout", node: "node-b", ip: "10.1.1.2",
    restarts: (0, 1.0 / 300), oomKills: true)
  private static let catalog = Workload.pod("catalog", "6b7c8d9f5-qrstv", "node-a", "10.1.0.2")
  private static let database = Workload(
    id: "/k8s/shop/orders-db-0/postgres", app: "/k8s/shop/orders-db", node: "node-a", ip: "10.1.0.3")
  private static let worker = Workload.pod("worker", "8f7d6c5b4-wxyzb", "node-b", "10.1.1.3")
  private static let cache = Workload(
    id: "/k8s/shop/cache-0/redis", app: "/k8s/shop/cache", node: "node-a", ip: "10.1.0.4")
  /// The pod of a DaemonSet has no `app_id`.
  private static let agents = Platform.nodes.map { node in
    Workload(
      id:
        "/k8s/cozy-coroot/\(Platform.object)-node-agent-b4c8\(node.suffix(1) == "a" ? "d" : node.suffix(1) == "b" ? "f" : "g")/node-agent",
      app: "", node: node, ip: "10.2.0.\(node.utf8.last ?? 0)",
      restarts: node == "node-a" ? (0, 1.0 / 600) : (0, 0))
  }
  private static let report = Workload(id: "/k8s-cronjob/shop/report/main", app: "", node: "node-b", ip: "10.1.1.4")
  private static let unit = Workload(id: "/system.slice/sshd.service", app: "", node: "node-a", ip: "10.0.0.1")

  private static let all = frontend + [checkout, catalog, database, worker, cache, report, unit] + agents

  var series: [ScenarioSeries] {
    let series =
      Self.all.flatMap { one in Workloads.resources(one, signals).map { $0.during(Platform.reports(one.node)) } }
      + servers + clients + Runtimes(signals: signals, one: Self.catalog).series
    return series + (signals.contains(.logMetrics) ? logs : []) + (signals.contains(.gpu) ? gpu : [])
  }

  private var servers: [ScenarioSeries] {
    let listening =
      Self.frontend.flatMap { Workloads.listening($0, 8080) } + Workloads.listening(Self.checkout, 8080)
      + Workloads.listening(Self.catalog, 9000) + Workloads.listening(Self.database, 5432)
      + Workloads.listening(Self.cache, 6379)
    guard signals.contains(.l7) else { return listening }
    func inbound(_ one: Workload, _ family: String, _ load: Load, _ ok: String, _ failed: String) -> [ScenarioSeries] {
      Workloads.requests(family, one.labels, load, ok: ok, failed: failed)
        + Workloads.histogram("container_\(family)_duration_seconds_total", one.labels, load.rate, load.seconds)
    }
    return listening + Self.frontend.flatMap { inbound($0, "http_inbound_requests", Load(failing: 0.02), "2xx", "5xx") }
      + inbound(Self.checkout, "http_inbound_requests", Load(failing: 0.3), "2xx", "5xx")
      + inbound(Self.catalog, "http_inbound_requests", Load(seconds: (0.02, 4)), "grpc:OK", "grpc:UNAVAILABLE")
      + inbound(Self.database, "postgres_inbound_queries", Load(rate: 20), "ok", "failed")
      + inbound(Self.cache, "redis_inbound_queries", Load(rate: 50), "ok", "failed") + dns
  }

  private var dns: [ScenarioSeries] {
    let labels = Self.checkout.labels(["request_type": "TypeA", "domain": "orders-db.shop.svc"])
    return Workloads.requests("dns_requests", labels, Load(failing: 0.2), ok: "ok", failed: "servfail")
      + Workloads.histogram("container_dns_requests_duration_seconds_total", Self.checkout.labels, 10, (0.002, 0.02))
  }

  private struct Call {
    let from: Workload
    let destination: String
    let actual: String
    let family: String
    var load = Load()
    var words = ("ok", "failed")
    var hasLatency = true
    var retransmits = 0.01
  }

  private var calls: [Call] {
    let toCheckout = Self.frontend.map {
      Call(
        from: $0, destination: "10.96.0.10:80", actual: "10.1.1.2:8080", family: "http_requests",
        load: Load(failing: 0.3), words: ("2xx", "5xx"))
    }
    let toCatalog = Self.frontend.map {
      Call(
        from: $0, destination: "10.96.0.11:9000", actual: "10.1.0.2:9000", family: "http_requests",
        load: Load(seconds: (0.02, 4)), words: ("grpc:OK", "grpc:UNAVAILABLE"))
    }
    // A peer for each protocol; most stand outside of what is observed.
    let other = [
      "mysql_queries", "mongo_queries", "memcached_queries", "cassandra_queries", "clickhouse_queries",
      "kafka_requests", "dubbo_requests", "zookeeper_requests", "foundationdb_requests",
    ].enumerated().map { index, family in
      Call(
        from: Self.worker, destination: "10.9.0.\(index):70\(index)0", actual: "10.9.0.\(index):70\(index)0",
        family: family)
    }
    let messages = ["rabbitmq_messages", "nats_messages"].map {
      Call(from: Self.worker, destination: "10.9.1.1:5672", actual: "10.9.1.1:5672", family: $0, hasLatency: false)
    }
    return toCheckout + toCatalog + other + messages + [
      Call(
        from: Self.checkout, destination: "10.96.0.12:5432", actual: "10.1.0.3:5432", family: "postgres_queries",
        load: Load(rate: 20)),
      Call(
        from: Self.worker, destination: "10.1.0.4:6379", actual: "10.1.0.4:6379", family: "redis_queries",
        load: Load(rate: 50), retransmits: 8),
      Call(
        from: Self.checkout, destination: "api.example.com:443", actual: "", family: "http_requests",
        words: ("2xx", "5xx")),
    ]
  }

  private var clients: [ScenarioSeries] {
    let failing = Self.checkout.labels(["destination": "10.96.0.12:5432"])
    let refused = Self.worker.labels(["destination": "10.96.0.99:80"])
    return calls.flatMap { call -> [ScenarioSeries] in
      let labels = call.from.labels(["destination": call.destination, "actual_destination": call.actual])
      var series = Workloads.connections(
        call.from, to: call.destination, actual: call.actual, signals, retransmits: call.retransmits)
      guard signals.contains(.l7) else { return series }
      series += Workloads.requests(call.family, labels, call.load, ok: call.words.0, failed: call.words.1)
      if call.hasLatency {
        series += Workloads.histogram(
          "container_\(call.family)_duration_seconds_total", labels, call.load.rate, call.load.seconds)
      }
      return series
    } + [
      .counter("container_net_tcp_failed_connects_total", failing, 0, 0.5),
      .counter("container_net_tcp_failed_connects_total", refused, 0, 0.5),
    ]
  }

  private var logs: [ScenarioSeries] {
    ["info", "error"].map { level in
      .counter(
        "container_log_messages_total",
        Self.checkout.labels(["level": level, "source": "stdout", "pattern_hash": "ab12", "sample": "a line"]), 2)
    }
  }

  private var gpu: [ScenarioSeries] {
    [
      .gauge("container_resources_gpu_usage_percent", Self.worker.labels(["gpu_uuid": "GPU-1"]), 40),
      .gauge("container_resources_gpu_memory_usage_percent", Self.worker.labels(["gpu_uuid": "GPU-1"]), 25),
    ]
  }
}

/// One program of each language.
struct Runtimes {
  let signals: Set<Signal>
  let one: Workload

  var series: [ScenarioSeries] {
    let jvm = one.labels(["jvm": "java -jar catalog.jar --password=secret"])
    var series: [ScenarioSeries] = [
      .gauge("container_jvm_heap_used_bytes", jvm, 200e6), .gauge("container_jvm_heap_max_size_bytes", jvm, 512e6),
      .counter("container_jvm_gc_time_seconds", jvm.merging(["gc": "G1 Young"]) { $1 }, 0.01),
      .counter("container_jvm_safepoint_time_seconds", jvm, 0.02),
      .counter("container_python_thread_lock_wait_time_seconds", one.labels, 0.01),
      .counter("container_nodejs_event_loop_blocked_time_seconds_total", one.labels, 0.02),
    ]
    if signals.contains(.jvmProfiles) {
      series += [
        .counter("container_jvm_alloc_bytes_total", jvm, 1e6),
        .counter("container_jvm_lock_time_seconds_total", jvm, 0.01),
      ]
    }
    if signals.contains(.goHeap) {
      series += [
        .counter("container_go_alloc_bytes_total", one.labels, 1e6),
        .counter("container_go_alloc_objects_total", one.labels, 1e4),
      ]
    }
    if signals.contains(.dotnet) {
      let dotnet = one.labels(["application": "catalog.dll"])
      for generation in ["Gen0", "Gen2"] {
        let labels = dotnet.merging(["generation": generation]) { $1 }
        series += [
          .gauge("container_dotnet_memory_heap_size_bytes", labels, 50e6),
          .counter("container_dotnet_gc_count_total", labels, 0.5),
        ]
      }
      series += [
        .counter("container_dotnet_exceptions_total", dotnet, 0.1),
        .gauge("container_dotnet_thread_pool_queue_length", dotnet, 3),
      ]
    }
    return series
  }
}
