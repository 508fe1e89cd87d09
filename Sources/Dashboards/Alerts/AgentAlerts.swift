// SPDX-License-Identifier: Apache-2.0

/// Agents that are missing, silent, behind, or short of memory.
struct AgentAlerts {
  let inputs: AlertInputs

  private var selector: ObjectSelector { ObjectSelector(name: inputs.object) }
  private var labels: [String: String] { ["observability": inputs.object] }
  private var object: String { inputs.object }

  var rules: [Rule] { [missing, silent] + spool + [memory, restarts, ineligible, cardinality] }

  /// Agents in a state. `max`, since both replicas of the operator may be scraped around a change of leader.
  private func agents(_ state: String) -> String {
    "max(observability_agents{object=\(PromQL.quoted(object)),state=\"\(state)\"})"
  }

  private var missing: Rule {
    .alert(
      "AgentsMissing", for: "15m", .warning, labels: labels,
      summary: "Observability \(object) has {{ $value }} eligible nodes without a ready agent.",
      description: "Nothing is seen of these nodes and of what runs on them. The condition AgentsAvailable names the "
        + "nodes and the cause: kubectl describe observability \(object).",
      "\(agents("eligible")) - \(agents("ready")) > 0")
  }

  /// Compared with what the operator counts, so that a removed node is no fault; and zero when no agent reports any more.
  ///
  /// Only in a storage that had the object's series within a day: the operator's own may go to another one, whose vmalert
  /// would miss them for ever.
  private var reportsLess: String {
    let reporting = "count(count by (instance) (\(selector("node_info"))))"
    return "(\(agents("ready")) - (\(reporting) or \(agents("ready")) * 0) > 0)"
      + " and on () count(last_over_time(\(selector("node_info"))[1d]))"
  }

  private var silent: Rule {
    .alert(
      "AgentsSilent", for: "15m", .critical, labels: labels,
      summary: "{{ $value }} ready agents of Observability \(object) deliver no series.",
      description:
        "The agents run, and their series do not arrive in this storage. With delivery Push they keep them on "
        + "their nodes until the spool is full. Check network policies, the write URL and the agents' logs.",
      reportsLess)
  }

  private var lag: String { selector(RecordedName.node("agent_lag_seconds")) }

  /// How long the spools of silent agents still last: what fits, by the series that each agent last wrote, less the time
  /// since it last delivered.
  private func spoolLeft(_ bytes: Int64) -> String {
    let perSecond =
      "(max(last_over_time(\(selector(RecordedName.agentSeries))[6h])) * "
      + "\(AlertInputs.spoolBytesPerSeries) / \(inputs.interval))"
    return "scalar(\(bytes) / \(perSecond)) - \(lag)"
  }

  private var spool: [Rule] {
    guard let bytes = inputs.spoolBytes else { return [] }
    let silent = "(\(lag) > 600 and on () (\(reportsLess)))"
    return [
      .alert(
        "SpoolGrowing", for: "5m", .warning, labels: labels,
        summary: "The agent on {{ $labels.node }} keeps metrics of Observability \(object) since "
          + "{{ $value | humanizeDuration }}.",
        description:
          "It cannot deliver, and its spool grows. Nothing is lost yet. Do not restart it: its pod takes the "
          + "spool along. While agents are silent, a node whose agent was removed within six hours is named too.",
        silent),
      .alert(
        "SpoolAlmostFull", for: "5m", .critical, labels: labels,
        summary: "The spool of the agent on {{ $labels.node }} is full in {{ $value | humanizeDuration }}.",
        description:
          "When it is full the agent removes the oldest scrape for each new one. The time is computed from the "
          + "largest agent's series, spec.nodeAgent.spool.size and spec.metrics.interval of Observability \(object).",
        "\(spoolLeft(bytes)) < 3600 and on (observability, cluster, node) \(silent)"),
    ]
  }

  private var memory: Rule {
    let pods = [
      "namespace=\(PromQL.quoted(inputs.namespace))",
      "pod=~\(PromQL.quoted(PromQL.escapedRegex(object) + "-node-agent-[a-z0-9]+"))", "container=\"node-agent\"",
    ].joined(separator: ",")
    return .alert(
      "AgentMemoryHigh", for: "15m", .warning, labels: labels,
      summary: "Agent {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory limit.",
      description: "At the limit the kernel kills it, and its node is not seen until it is back. Raise "
        + "spec.nodeAgent.resources.limits.memory of Observability \(object), or narrow spec.nodeAgent.containers.",
      "max by (cluster, namespace, pod) (container_memory_working_set_bytes{\(pods)}) / "
        + "max by (cluster, namespace, pod) (container_spec_memory_limit_bytes{\(pods)} > 0) > 0.9")
  }

  private var restarts: Rule {
    .alert(
      "AgentRestarting", for: "5m", .warning, labels: labels,
      summary: "The agent on {{ $labels.node }} restarted {{ $value | humanize }} times within an hour.",
      description:
        "Each restart loses what happened meanwhile. The condition AgentsAvailable of Observability \(object) "
        + "has the exit code and the last words.",
      "round(sum by (node) (sum_over_time("
        + selector(
          RecordedName.container("restarts:increase5m"), "namespace=\(PromQL.quoted(inputs.namespace))",
          "application=\(PromQL.quoted(object + "-node-agent"))") + "[1h:5m]))) >= 3")
  }

  private var ineligible: Rule {
    .alert(
      "NodesIneligible", for: "30m", .informational, labels: labels,
      summary: "{{ $value }} nodes selected by Observability \(object) cannot carry an agent.",
      description: "They are skipped. The reason and remedy of each: kubectl get observability \(object) "
        + "-o jsonpath='{.status.ineligibleNodes}'.",
      "\(agents("ineligible")) > 0")
  }

  private var cardinality: Rule {
    .alert(
      "SeriesAboveLimit", for: "30m", .warning, labels: labels,
      summary: "Observability \(object) writes {{ $value | humanize }} series, more than \(inputs.seriesLimit).",
      description: "Storage and queries cost more than planned. The dashboard Agents shows which agents write most; "
        + "narrow spec.nodeAgent.containers, or raise minAge where many pods live for seconds.",
      "sum(\(selector(RecordedName.agentSeries))) > \(inputs.seriesLimit)")
  }
}
