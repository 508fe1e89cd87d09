// SPDX-License-Identifier: Apache-2.0

/// Resources and runtimes of containers, with the names of their application, pod and node.
struct ContainerRules {
  let selector: ObjectSelector
  let signals: Set<Signal>

  private enum How { case rate, gauge, increase }

  private struct Metric {
    let name: String
    let source: String
    let how: How
    var labels: [String] = []
    var matchers: String?
    var needs: Signal?
  }

  private static let metrics: [Metric] = [
    Metric(name: "cpu_usage_seconds", source: "container_resources_cpu_usage_seconds_total", how: .rate),
    Metric(name: "cpu_delay_seconds", source: "container_resources_cpu_delay_seconds_total", how: .rate),
    Metric(name: "cpu_throttled_seconds", source: "container_resources_cpu_throttled_seconds_total", how: .rate),
    Metric(name: "cpu_limit_cores", source: "container_resources_cpu_limit_cores", how: .gauge),
    Metric(name: "memory_rss_bytes", source: "container_resources_memory_rss_bytes", how: .gauge),
    Metric(name: "memory_cache_bytes", source: "container_resources_memory_cache_bytes", how: .gauge),
    Metric(name: "memory_limit_bytes", source: "container_resources_memory_limit_bytes", how: .gauge),
    Metric(
      name: "cpu_pressure_seconds", source: "container_resources_cpu_pressure_waiting_seconds_total", how: .rate,
      matchers: #"kind="some""#),
    Metric(
      name: "memory_pressure_seconds", source: "container_resources_memory_pressure_waiting_seconds_total", how: .rate,
      matchers: #"kind="some""#),
    Metric(
      name: "io_pressure_seconds", source: "container_resources_io_pressure_waiting_seconds_total", how: .rate,
      matchers: #"kind="some""#),
    Metric(
      name: "disk_delay_seconds", source: "container_resources_disk_delay_seconds_total", how: .rate,
      needs: .diskDelay),
    Metric(
      name: "disk_used_bytes", source: "container_resources_disk_used_bytes", how: .gauge, labels: ["mount_point"]),
    Metric(
      name: "disk_size_bytes", source: "container_resources_disk_size_bytes", how: .gauge, labels: ["mount_point"]),
    Metric(name: "disk_read_bytes", source: "container_resources_disk_read_bytes_total", how: .rate),
    Metric(name: "disk_written_bytes", source: "container_resources_disk_written_bytes_total", how: .rate),
    Metric(name: "restarts", source: "container_restarts_total", how: .increase),
    Metric(name: "oom_kills", source: "container_oom_kills_total", how: .increase),
    Metric(name: "jvm_heap_used_bytes", source: "container_jvm_heap_used_bytes", how: .gauge),
    Metric(name: "jvm_heap_max_bytes", source: "container_jvm_heap_max_size_bytes", how: .gauge),
    Metric(name: "jvm_gc_seconds", source: "container_jvm_gc_time_seconds", how: .rate, labels: ["gc"]),
    Metric(name: "jvm_safepoint_seconds", source: "container_jvm_safepoint_time_seconds", how: .rate),
    Metric(name: "jvm_alloc_bytes", source: "container_jvm_alloc_bytes_total", how: .rate, needs: .jvmProfiles),
    Metric(name: "jvm_lock_seconds", source: "container_jvm_lock_time_seconds_total", how: .rate, needs: .jvmProfiles),
    Metric(
      name: "dotnet_heap_bytes", source: "container_dotnet_memory_heap_size_bytes", how: .gauge,
      labels: ["generation"], needs: .dotnet),
    Metric(
      name: "dotnet_gc", source: "container_dotnet_gc_count_total", how: .rate, labels: ["generation"],
      needs: .dotnet),
    Metric(name: "dotnet_exceptions", source: "container_dotnet_exceptions_total", how: .rate, needs: .dotnet),
    Metric(
      name: "dotnet_queue_length", source: "container_dotnet_thread_pool_queue_length", how: .gauge, needs: .dotnet),
    Metric(name: "go_alloc_bytes", source: "container_go_alloc_bytes_total", how: .rate, needs: .goHeap),
    Metric(name: "go_alloc_objects", source: "container_go_alloc_objects_total", how: .rate, needs: .goHeap),
    Metric(name: "python_lock_wait_seconds", source: "container_python_thread_lock_wait_time_seconds", how: .rate),
    Metric(
      name: "nodejs_blocked_seconds", source: "container_nodejs_event_loop_blocked_time_seconds_total", how: .rate),
    Metric(name: "gpu_usage_percent", source: "container_resources_gpu_usage_percent", how: .gauge, needs: .gpu),
    Metric(
      name: "gpu_memory_percent", source: "container_resources_gpu_memory_usage_percent", how: .gauge, needs: .gpu),
  ]

  var rules: [Rule] {
    Self.metrics.filter { $0.needs.map(signals.contains) ?? true }.map { metric in
      let key = RecordedLabels.containerKey + metric.labels
      let selected = metric.matchers.map { selector(metric.source, $0) } ?? selector(metric.source)
      // A JVM's `jvm` is its command line, which may hold a password: it is summed away, as is every label not named.
      let (suffix, vector) =
        switch metric.how {
        case .rate: (":rate5m", PromQL.by(key, "sum", "rate(\(selected)[5m])"))
        case .increase: (":increase5m", PromQL.by(key, "sum", "increase(\(selected)[5m])"))
        case .gauge: (":sum", PromQL.by(key, "sum", selected))
        }
      return .record(
        RecordedName.container(metric.name) + suffix,
        PromQL.by(
          RecordedLabels.object + RecordedLabels.place + metric.labels, "sum",
          selector.joined(vector)))
    }
  }
}
