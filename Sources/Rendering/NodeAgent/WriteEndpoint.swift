// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI

/// What the agent is given as the address that it writes metrics to.
enum WriteEndpoint {
  /// The value of `METRICS_ENDPOINT`. A login in the URL is left out: it would end up in a manifest.
  ///
  /// Every label becomes an `extra_label` of VictoriaMetrics' ingestion API, which puts it on each series and wins over
  /// a label of that name in the data.
  ///
  /// - Parameters:
  ///   - labels: sorted by name, without empty values.
  ///   - withCredentials: puts references to `METRICS_USERNAME` and `METRICS_PASSWORD` where user and password stand.
  ///     Kubernetes expands them in the container; the manifest holds no secret. The agent takes a login in no other
  ///     way, and writes the URL with it to its own log when it starts (prom/remote_writer.go, v1.35.6).
  static func environmentValue(
    _ url: HTTPURL, labels: [(name: String, value: String)], withCredentials: Bool
  ) -> String {
    let labelled = labels.reduce(url) { url, label in
      url.adding(query: "extra_label=\(PercentEncoding.encode(label.name))=\(PercentEncoding.encode(label.value))")
    }
    let userInfo = withCredentials ? "$(METRICS_USERNAME):$(METRICS_PASSWORD)@" : ""
    return "\(url.scheme.rawValue)://\(userInfo)"
      + EnvironmentVariable.escaped(labelled.authority + labelled.target)
  }
}
