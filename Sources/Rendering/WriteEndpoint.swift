// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// The URL that the agent writes metrics to, taken apart as far as rendering needs it (RFC 3986 section 3).
struct WriteEndpoint {
  let scheme: String
  /// The host as written, with brackets around an IPv6 address.
  let host: String
  /// The port as written; nil for the scheme's own.
  let explicitPort: Int64?
  /// Everything from the path on, without query and fragment.
  let path: String
  let query: String?

  /// - Parameter url: user and password in it are dropped: they would end up in a manifest.
  init(_ url: String) {
    var rest = Substring(URLRedaction.withoutUserInfo(url))
    if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
    if let mark = rest.firstIndex(of: "?") {
      query = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    } else {
      query = nil
    }
    if let separator = rest.firstRange(of: "://") {
      scheme = rest[..<separator.lowerBound].lowercased()
      rest = rest[separator.upperBound...]
    } else {
      scheme = "http"
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    path = String(rest[slash...])
    let authority = rest[..<slash]
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      host = String(authority[..<colon])
      explicitPort = Int64(authority[authority.index(after: colon)...])
    } else {
      host = String(authority)
      explicitPort = nil
    }
  }

  var port: Int64 { explicitPort ?? (scheme == "https" ? 443 : 80) }

  /// The namespace of the Service that the host names, or nil for a host outside the cluster.
  ///
  /// `name.namespace` alone could as well be a public name, so it counts as one; `.svc` makes it a Service.
  func serviceNamespace(from ownNamespace: String) -> String? {
    let parts = host.split(separator: ".")
    if parts.count == 1, !host.hasPrefix("[") { return ownNamespace }
    return parts.count >= 3 && parts[2] == "svc" ? String(parts[1]) : nil
  }

  /// The value of `METRICS_ENDPOINT`.
  ///
  /// Every label becomes an `extra_label` of VictoriaMetrics' ingestion API, which puts it on each series and wins over
  /// a label of that name in the data.
  ///
  /// - Parameters:
  ///   - labels: sorted by name, without empty values.
  ///   - withCredentials: puts references to `METRICS_USERNAME` and `METRICS_PASSWORD` where user and password stand.
  ///     Kubernetes expands them in the container; the manifest holds no secret. The agent takes a login in no other
  ///     way, and writes the URL with it to its own log when it starts (prom/remote_writer.go, v1.35.6).
  func environmentValue(labels: [(name: String, value: String)], withCredentials: Bool) -> String {
    let authority = explicitPort.map { "\(host):\($0)" } ?? host
    var parameters = query.map { $0.isEmpty ? [] : [$0] } ?? []
    parameters += labels.map { "extra_label=\(Self.percentEncoded($0.name))=\(Self.percentEncoded($0.value))" }
    let suffix = parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")
    let userInfo = withCredentials ? "$(METRICS_USERNAME):$(METRICS_PASSWORD)@" : ""
    return "\(scheme)://\(userInfo)" + EnvironmentVariable.escaped(authority + path + suffix)
  }

  /// All but the unreserved characters of RFC 3986 section 2.3 as `%XX` of their UTF-8 bytes.
  static func percentEncoded(_ text: String) -> String {
    text.utf8.reduce(into: "") { result, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(UnicodeScalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
  }
}
