// SPDX-License-Identifier: Apache-2.0

import Glibc
import KubernetesCore

/// Names and addresses of hosts as they stand in a URL.
public enum HostName {
  /// Whether the text is a DNS name, an IPv4 address, or an IPv6 address in brackets.
  ///
  /// A name whose last label is a number is none: libcurl reads `10.1` as 10.0.0.1, and Go asks DNS for it.
  public static func isHost(_ text: String) -> Bool {
    if text.hasPrefix("[") { return text.hasSuffix("]") && isIPv6(String(text.dropFirst().dropLast())) }
    if isIPv4(text) { return true }
    let name = text.hasSuffix(".") ? String(text.dropLast()) : text
    guard 1...253 ~= name.utf8.count else { return false }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    return labels.allSatisfy(isLabel) && !(labels.last.map(isNumber) ?? true)
  }

  /// Whether the text is an IPv4 address of four decimal numbers.
  public static func isIPv4(_ text: String) -> Bool {
    var address = in_addr()
    return !text.utf8.contains(0) && inet_pton(AF_INET, text, &address) == 1
  }

  /// Whether the text is an IPv6 address without brackets and zone.
  public static func isIPv6(_ text: String) -> Bool {
    var address = in6_addr()
    return !text.utf8.contains(0) && inet_pton(AF_INET6, text, &address) == 1
  }

  /// Underscores are no letters of host names, but DNS has names with them.
  private static func isLabel(_ label: Substring) -> Bool {
    1...63 ~= label.utf8.count && !label.hasPrefix("-") && !label.hasSuffix("-")
      && label.utf8.allSatisfy {
        $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
      }
  }

  private static func isNumber(_ label: Substring) -> Bool {
    let digits = label.lowercased()
    if digits.hasPrefix("0x") { return digits.dropFirst(2).allSatisfy(\.isHexDigit) }
    return digits.allSatisfy(\.isNumber)
  }
}

/// A Service of the cluster, as a host name tells it.
public struct ClusterService: Hashable, Sendable {
  /// The domain of a cluster that was set up without another.
  public static let defaultDomain = "cluster.local"

  /// The Service's name.
  public let name: String
  /// Its namespace.
  public let namespace: String

  /// The Service that a host name means inside the cluster; nil for a host that may be anywhere.
  ///
  /// A single label is a Service of the pod's own namespace; `service.namespace.svc`, alone or followed by the cluster's
  /// domain, names another's; before it may stand the name of a pod of a headless Service. The case of letters and a dot
  /// at the end make no difference. `service.namespace` alone could as well be a public name, so it counts as one.
  ///
  /// - Parameters:
  ///   - host: the host as it stands in a URL.
  ///   - ownNamespace: the namespace of the pods that use it.
  ///   - domain: the cluster's domain, such as `cluster.local`.
  public init?(host: String, from ownNamespace: String, domain: String = Self.defaultDomain) {
    guard Self.isDomain(host) else { return nil }
    let isAbsolute = host.hasSuffix(".")
    let labels = Self.labels(host)
    if labels.count == 1 {
      guard !isAbsolute, labels[0] != "localhost" else { return nil }
      (name, namespace) = (labels[0], ownNamespace)
      return
    }
    let mark = (2...3).first { position in
      guard position < labels.count, labels[position] == "svc" else { return false }
      let rest = Array(labels[(position + 1)...])
      return rest.isEmpty ? !isAbsolute : rest == Self.labels(domain)
    }
    guard let mark else { return nil }
    (name, namespace) = (labels[mark - 2], labels[mark - 1])
  }

  /// Whether the text can be a cluster's domain: a DNS name.
  public static func isDomain(_ text: String) -> Bool {
    HostName.isHost(text) && !text.hasPrefix("[") && !HostName.isIPv4(text)
  }

  private static func labels(_ name: String) -> [String] {
    name.lowercased().split(separator: ".").map(String.init)
  }

  /// The cluster's domain as the kubelet writes it into a pod's `/etc/resolv.conf`: a search entry `svc.<domain>`; nil if
  /// there is none, as outside of a cluster.
  public static func domain(inResolverConfiguration text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.first == "search" else { continue }
      for word in words.dropFirst() where word.lowercased().hasPrefix("svc.") {
        let domain = word.dropFirst(4)
        let name = domain.hasSuffix(".") ? domain.dropLast() : domain
        if isDomain(String(name)) { return name.lowercased() }
      }
    }
    return nil
  }
}
