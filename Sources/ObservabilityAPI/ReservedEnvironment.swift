// SPDX-License-Identifier: Apache-2.0

/// The environment variables of the node-agent that the operator sets itself, so that `spec.nodeAgent.env` may not.
///
/// Names are those of `flags/flags.go` of coroot-node-agent 1.35.6, and Go's own. A variable that no field stands for,
/// such as `DISABLE_JSON_LOG_PARSING` or `REGION`, is free.
public enum ReservedEnvironment {
  /// Every reserved name, in the order of the agent's documentation.
  public static let names = [
    "LISTEN", "CGROUPFS_ROOT", "DISABLE_LOG_PARSING", "DISABLE_GPU_MONITORING", "DISABLE_PINGER", "DISABLE_L7_TRACING",
    "ENABLE_JAVA_TLS", "ENABLE_JAVA_ASYNC_PROFILER", "GO_HEAP_PROFILER", "CONTAINER_ALLOWLIST", "CONTAINER_DENYLIST",
    "MIN_CONTAINER_AGE", "TRACK_PUBLIC_NETWORK", "COLLECTOR_ENDPOINT", "METRICS_ENDPOINT", "TRACES_ENDPOINT",
    "TRACES_SAMPLING", "LOGS_ENDPOINT", "PROFILES_ENDPOINT", "API_KEY", "INSECURE_SKIP_VERIFY", "CA_FILE",
    "SCRAPE_INTERVAL", "WAL_DIR", "MAX_SPOOL_SIZE", "GOMEMLIMIT", "METRICS_USERNAME", "METRICS_PASSWORD",
    "NVIDIA_VISIBLE_DEVICES",
  ]
}

/// The labels of series that `spec.metrics.labels` may not set.
public enum ReservedLabels {
  /// `observability` is the operator's own mark; the others tell the agents' series apart, and would be overwritten.
  public static let names = ["observability", "instance", "job", "__name__"]
}
