// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The environment of the agent's container. Names and formats are those of the agent's flags/flags.go, v1.35.6.
enum AgentEnvironment {
  static func entries(_ context: RenderContext) -> [JSONObject] {
    var variables = EnvironmentVariables()
    if context.isPush { addPush(context, to: &variables) }
    addSignals(context, to: &variables)
    for setting in CapabilityTable.settings(for: context.spec) { variables.set(setting.name, setting.value) }
    let agent = context.agent
    variables.set("CONTAINER_ALLOWLIST", list(agent.containers.allow))
    variables.set("CONTAINER_DENYLIST", list(agent.containers.deny))
    variables.set("MIN_CONTAINER_AGE", EnvironmentVariable.escaped(agent.containers.minAge))
    variables.set("TRACK_PUBLIC_NETWORK", list(agent.trackPublicNetworks))
    // Only what differs from the agent's own defaults, so that an upgrade of the operator rolls no agent.
    if agent.log.perSecond != NodeAgent.Log.standard.perSecond {
      variables.set("LOG_PER_SECOND", "\(agent.log.perSecond)")
    }
    if agent.log.burst != NodeAgent.Log.standard.burst { variables.set("LOG_BURST", "\(agent.log.burst)") }
    variables.set("GOMEMLIMIT", AgentResources(context).goMemoryLimit)
    for entry in agent.env { variables.add(entry.withoutZeroValues) }
    return variables.entries
  }

  private static func addPush(_ context: RenderContext, to variables: inout EnvironmentVariables) {
    let backend = context.spec.metrics.victoriaMetrics
    if let secret = backend.credentialsSecretRef {
      // A reference reaches only what stands before it, so these two come first.
      variables.set("METRICS_USERNAME", secret: secret.name, key: "username")
      variables.set("METRICS_PASSWORD", secret: secret.name, key: "password")
    }
    if let url = context.facts.metrics.writeURL {
      variables.set(
        "METRICS_ENDPOINT",
        WriteEndpoint.environmentValue(
          url, labels: SeriesLabels(context.object), withCredentials: backend.credentialsSecretRef != nil))
    }
    variables.set("SCRAPE_INTERVAL", EnvironmentVariable.escaped(context.spec.metrics.interval))
    // The agent's parser of sizes refuses a number without a unit.
    variables.set("MAX_SPOOL_SIZE", "\(context.spool.size)B")
    if backend.caSecretRef != nil { variables.set("CA_FILE", AgentVolumes.caFile) }
  }

  /// Traces and logs go to the gateway, whatever becomes of them there: a change of destination rolls no agent.
  private static func addSignals(_ context: RenderContext, to variables: inout EnvironmentVariables) {
    func endpoint(_ signal: GatewaySignal) -> String {
      EnvironmentVariable.escaped(
        GatewayShape.endpoint(of: context.object.name, namespace: context.spec.namespace, signal: signal))
    }
    if context.spec.sendsTraces {
      variables.set("TRACES_ENDPOINT", endpoint(.traces))
      variables.set("TRACES_SAMPLING", context.spec.traces.sampling)
    }
    if context.spec.sendsLogs { variables.set("LOGS_ENDPOINT", endpoint(.logs)) }
    if context.spec.sendsProfiles { addProfiles(context, to: &variables) }
  }

  /// Profiles go to Coroot itself, the only server that takes them. The agent sends the key with everything that it sends,
  /// to VictoriaMetrics too (`api/api.go`).
  private static func addProfiles(_ context: RenderContext, to variables: inout EnvironmentVariables) {
    let object = context.object.name
    let base = CorootShape.ingestURL(of: object, namespace: context.spec.namespace)
    variables.set("PROFILES_ENDPOINT", EnvironmentVariable.escaped("\(base)/v1/profiles"))
    variables.set("API_KEY", secret: CorootShape.keysName(of: object), key: CorootShape.projectKey)
  }

  /// A list as the agent's flag parser takes it from one variable: a line each.
  private static func list(_ elements: [String]) -> String {
    EnvironmentVariable.escaped(elements.joined(separator: "\n"))
  }
}

extension RenderContext {
  /// What is put on every series, sorted by name: the user's labels, and `observability` with the object's name, by
  /// which Coroot and the dashboards tell these series from the platform's own. A label without a value is no label.
  var seriesLabels: [(name: String, value: String)] { SeriesLabels(object).all }
}

/// The labels that are put on every series of an object.
public struct SeriesLabels: Sendable {
  /// The label whose value is the object's name.
  static let object = "observability"

  /// Sorted by name, without empty values.
  let all: [(name: String, value: String)]
  private let name: String

  /// The labels of the series that an object's agents write.
  public init(_ object: Observability) {
    var labels = object.spec.metrics.labels
    labels[Self.object] = object.name
    all = labels.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    name = object.name
  }

  /// A selector that only the object's series fit; its name holds nothing that PromQL would have to escape.
  public var selector: String { "{\(Self.object)=\"\(name)\"}" }

  /// A remote-write URL with an `extra_label` of VictoriaMetrics' ingestion API for each label.
  public func added(to url: HTTPURL) -> HTTPURL {
    all.reduce(url) { url, label in
      url.adding(query: "extra_label=\(PercentEncoding.encode(label.name))=\(PercentEncoding.encode(label.value))")
    }
  }
}

/// What the agent is given as the address that it writes metrics to.
enum WriteEndpoint {
  /// The value of `METRICS_ENDPOINT`. A login in the URL is left out: it would end up in a manifest.
  ///
  /// Every label becomes an `extra_label` of VictoriaMetrics' ingestion API, which puts it on each series and wins over
  /// a label of that name in the data.
  ///
  /// - Parameters:
  ///   - withCredentials: puts references to `METRICS_USERNAME` and `METRICS_PASSWORD` where user and password stand.
  ///     Kubernetes expands them in the container; the manifest holds no secret. The agent takes a login in no other
  ///     way, and writes the URL with it to its own log when it starts (prom/remote_writer.go, v1.35.6).
  static func environmentValue(
    _ url: HTTPURL, labels: SeriesLabels, withCredentials: Bool
  ) -> String {
    let labelled = labels.added(to: url)
    let userInfo = withCredentials ? "$(METRICS_USERNAME):$(METRICS_PASSWORD)@" : ""
    return "\(url.scheme.rawValue)://\(userInfo)"
      + EnvironmentVariable.escaped(labelled.authority + labelled.target)
  }
}
