// SPDX-License-Identifier: Apache-2.0

/// Applications that fail. Off unless asked for: what is too much differs from one to another.
struct ApplicationAlerts {
  let inputs: AlertInputs

  private var selector: ObjectSelector { ObjectSelector(name: inputs.object) }
  private static let application = ["cluster", "namespace", "application"]
  private var labels: [String: String] {
    ["observability": inputs.object, "exported_instance": "{{ $labels.namespace }}/{{ $labels.application }}"]
  }
  private static let named = "{{ $labels.namespace }}/{{ $labels.application }}"

  var rules: [Rule] { (inputs.signals.contains(.l7) ? [errors, latency, dns] : []) + [oomKills, restarts] }

  private func sum(_ vector: String) -> String { PromQL.by(Self.application, "sum", vector) }

  private var errors: Rule {
    let failed = sum(selector(RecordedName.inboundRequests, RequestStatus.failedMatcher))
    let all = sum(selector(RecordedName.inboundRequests))
    return .alert(
      "ApplicationErrors", for: "10m", .warning, labels: labels,
      summary: "\(Self.named) fails {{ $value | humanizePercentage }} of its requests.",
      description: "More than 5 % of at least one request in ten seconds. The dashboard Application shows which.",
      "\(failed) / (\(all) > 0.1) > 0.05")
  }

  private var latency: Rule {
    let buckets = PromQL.by(Self.application + ["le"], "sum", selector(RecordedName.inboundLatency))
    return .alert(
      "ApplicationSlow", for: "10m", .warning, labels: labels,
      summary: "\(Self.named) takes {{ $value | humanizeDuration }} for its slowest 5 % of requests.",
      description: "The 95th percentile of received requests is above two seconds, as the server's node measures it.",
      "histogram_quantile(0.95, \(buckets)) > 2 and on (cluster, namespace, application) "
        + "\(sum(selector(RecordedName.inboundRequests))) > 0.1")
  }

  private var dns: Rule {
    let failed = sum(selector(RecordedName.dnsRequests, #"status=~"servfail|refused|format_error|not_implemented""#))
    return .alert(
      "ApplicationDNSErrors", for: "10m", .warning, labels: labels,
      summary: "DNS fails for \(Self.named): {{ $value | humanizePercentage }} of its queries.",
      description: "SERVFAIL, REFUSED or the like, not NXDOMAIN. Check the cluster's DNS and its upstreams.",
      "\(failed) / (\(sum(selector(RecordedName.dnsRequests))) > 0.1) > 0.05")
  }

  private var oomKills: Rule {
    .alert(
      "ApplicationOOMKilled", for: "0m", .warning, labels: labels,
      summary: "The kernel killed a process of \(Self.named) for memory.",
      description: "The container is at its memory limit, or the node is out of memory.",
      "sum by (cluster, namespace, application) (\(selector(RecordedName.container("oom_kills:increase5m")))) > 0")
  }

  private var restarts: Rule {
    .alert(
      "ApplicationRestarting", for: "5m", .warning, labels: labels,
      summary: "\(Self.named) restarted {{ $value | humanize }} times within an hour.",
      description: "Containers exit again and again. The dashboard Application shows which pod.",
      "round(sum by (cluster, namespace, application) (sum_over_time("
        + selector(RecordedName.container("restarts:increase5m")) + "[1h:5m]))) >= 5")
  }
}
