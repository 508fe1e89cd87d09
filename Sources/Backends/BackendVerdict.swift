// SPDX-License-Identifier: Apache-2.0

public import HTTPTransport
import ObservabilityAPI

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
  /// The host has only link-local addresses, which are never asked.
  case addressRefused(Side, host: String, cause: String)
  /// It was reached, but TLS with it failed.
  case tlsFailed(Side, host: String, cause: String, fault: TLSFault, hasAuthorities: Bool)
  /// The answer leads elsewhere; the address is nil if it is none that could be used.
  case redirected(Side, url: String, status: Int, to: String?)
  /// The answer was 401 or 403.
  case unauthorized(Side, host: String, status: Int)
  /// Someone answers, but not as VictoriaMetrics does.
  case notVictoriaMetrics(Side, url: String, answered: String)
  /// It answers that it cannot serve now: 429 or 5xx.
  case degraded(Side, host: String, answered: String)

  /// Whether metrics can be written and read.
  public var isReady: Bool { if case .ready = self { true } else { false } }

  /// The verdict as one word in CamelCase.
  public var reason: String {
    switch self {
    case .ready: "Ready"
    case .invalidURL: "InvalidURL"
    case .unreachable: "Unreachable"
    case .addressRefused: "AddressRefused"
    case .tlsFailed: "TLSFailed"
    case .redirected: "Redirected"
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
    case .addressRefused(let side, let host, let cause):
      "the \(side.rawValue) URL leads to \(host), which is refused: \(cause)"
    case .tlsFailed(let side, let host, let cause, _, _):
      "the \(side.rawValue) side at \(host) cannot be trusted: \(cause)"
    case .redirected(let side, let url, let status, let target?):
      "the \(side.rawValue) URL \(url) answers with status \(status) and leads to \(target)"
    case .redirected(let side, let url, let status, nil):
      "the \(side.rawValue) URL \(url) answers with status \(status) and leads to no URL that could be used"
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
    case .addressRefused(let side, _, _):
      "Set \(side.field) to a VictoriaMetrics; link-local addresses belong to the node and its cloud"
    case .tlsFailed(let side, let host, _, let fault, let hasAuthorities):
      Self.remedy(fault, side, host, hasAuthorities)
    case .redirected(let side, _, _, let target?):
      "Agents need the address that answers itself: if it is the right one, set \(side.field) to \(target)"
    case .redirected(let side, _, _, nil): "Set \(side.field) to the address that answers itself"
    case .unauthorized: "Check the Secret named by spec.metrics.victoriaMetrics.credentialsSecretRef"
    case .notVictoriaMetrics(let side, _, _):
      side == .write
        ? "Let \(side.field) end in /insert/0/prometheus/api/v1/write (vminsert) or /api/v1/write (single node, vmagent)"
        : "Let \(side.field) end in /select/0/prometheus (vmselect) or be the root of a single node"
    case .degraded(let side, let host, _):
      "Check the pods behind \(Self.service(host)) and their vmstorage; the \(side.rawValue) side is asked again"
    }
  }

  private static func remedy(_ fault: TLSFault, _ side: Side, _ host: String, _ hasAuthorities: Bool) -> String {
    let reference = "spec.metrics.victoriaMetrics.caSecretRef"
    return switch fault {
    case .unknownAuthority, .unreadableAuthorities:
      hasAuthorities
        ? "Put the certificate of the authority that signed it into the Secret named by \(reference)"
        : "Set \(reference) to a Secret with the certificate of the authority that signed it"
    case .expired: "Renew the certificate of \(host)"
    case .notYetValid: "Check the clocks of this node and of the authority, or renew the certificate of \(host)"
    case .wrongName: "Correct the host in \(side.field), or give \(host) a certificate that names it"
    case .noAlternativeName:
      "Give \(host) a certificate with the host as subject alternative name: the agent, written in Go, reads no common name"
    case .unfitCertificate: "Replace the certificate of \(host)"
    case .clientCertificate: "Let \(host) accept clients without a certificate: the agent has none"
    case .notTLS: "Begin \(side.field) with http://, or correct its port"
    case .version: "Let \(host) speak TLS 1.2 or later"
    case .handshake: "Check the TLS settings of \(host)"
    }
  }

  /// `Service namespace/name` for a name inside the cluster, the host itself for any other.
  private static func service(_ host: String) -> String {
    let name = String(host.split(separator: ":").first ?? "")
    guard name.contains("."), let service = ClusterService(host: name, from: "") else { return host }
    return "Service \(service.namespace)/\(service.name)"
  }
}
