// SPDX-License-Identifier: Apache-2.0

/// How a backend was found.
public enum BackendVerdict: Hashable, Sendable {
  /// Which of the two addresses.
  public enum Side: String, Hashable, Sendable {
    case write, read

    /// The field of the resource that holds the address.
    public var field: String { "spec.metrics.victoriaMetrics.\(rawValue)URL" }
  }

  /// Writing and reading were answered as they should be. The version is nil unless the server
  /// told it; VictoriaMetrics does not in the answers that ``VictoriaMetricsCheck`` asks for.
  case ready(version: String?)
  /// The address cannot be used at all.
  case invalidURL(Side, cause: String)
  /// No answer, or not in time.
  case unreachable(Side, host: String, cause: String)
  /// The answer was 401 or 403.
  case unauthorized(Side, host: String, status: Int)
  /// Someone answers, but not as VictoriaMetrics does.
  case notVictoriaMetrics(Side, url: String, answered: String)
  /// It answers that it cannot serve now: 429 or 5xx.
  case degraded(Side, host: String, answered: String)

  /// Whether metrics can be written and read.
  public var isReady: Bool { if case .ready = self { true } else { false } }

  /// The reason of the condition: `Ready`, `InvalidURL`, `Unreachable`, `Unauthorized`, `NotVictoriaMetrics` or
  /// `Degraded`.
  public var reason: String {
    switch self {
    case .ready: "Ready"
    case .invalidURL: "InvalidURL"
    case .unreachable: "Unreachable"
    case .unauthorized: "Unauthorized"
    case .notVictoriaMetrics: "NotVictoriaMetrics"
    case .degraded: "Degraded"
    }
  }

  /// What was found, as one sentence without the final stop.
  public var sentence: String {
    switch self {
    case .ready(let version?): "VictoriaMetrics \(version) takes metrics and answers queries"
    case .ready(nil): "VictoriaMetrics takes metrics and answers queries"
    case .invalidURL(let side, let cause): "the \(side.rawValue) URL cannot be used: \(cause)"
    case .unreachable(let side, let host, let cause): "the \(side.rawValue) side at \(host) does not answer: \(cause)"
    case .unauthorized(let side, let host, let status):
      "the \(side.rawValue) side at \(host) refused the credentials with status \(status)"
    case .notVictoriaMetrics(let side, let url, let answered):
      "what answers at the \(side.rawValue) URL \(url) is not VictoriaMetrics: \(answered)"
    case .degraded(let side, let host, let answered):
      "the \(side.rawValue) side at \(host) cannot serve now: \(answered)"
    }
  }

  /// What to do about it, as one sentence without the final stop; nothing if all is well.
  public var remedy: String {
    switch self {
    case .ready: ""
    case .invalidURL(let side, _): "Correct \(side.field)"
    case .unreachable(let side, let host, _):
      "Check that \(Self.service(host)) exists and has ready endpoints, or set \(side.field)"
    case .unauthorized: "Check the Secret named by spec.metrics.victoriaMetrics.credentialsSecretRef"
    case .notVictoriaMetrics(let side, _, _):
      side == .write
        ? "Let \(side.field) end in /insert/0/prometheus/api/v1/write (vminsert) or /api/v1/write (single node, vmagent)"
        : "Let \(side.field) end in /select/0/prometheus (vmselect) or be the root of a single node"
    case .degraded(let side, let host, _):
      "Check the pods behind \(Self.service(host)) and their vmstorage; the \(side.rawValue) side is asked again"
    }
  }

  /// `Service namespace/name` for a name inside the cluster, the host itself for any other.
  private static func service(_ host: String) -> String {
    let name = host.split(separator: ":").first ?? ""
    let labels = name.split(separator: ".")
    guard labels.count >= 3, labels[2] == "svc" else { return host }
    return "Service \(labels[1])/\(labels[0])"
  }
}
