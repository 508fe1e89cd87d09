// SPDX-License-Identifier: Apache-2.0

/// The images of this release, pinned: an upgrade of the operator is what moves them, and nothing else.
public enum DefaultImages {
  /// The version of this release.
  public static let release = "0.1.0"

  /// The agent on every node.
  public static let nodeAgent = Pinned(repository: "ghcr.io/coroot/coroot-node-agent", tag: "1.35.6")
  /// The agent for the cluster as a whole, with mode `Full`.
  public static let clusterAgent = Pinned(repository: "ghcr.io/coroot/coroot-cluster-agent", tag: "1.8.5")
  /// The Coroot server, with mode `Full`.
  public static let coroot = Pinned(repository: "ghcr.io/coroot/coroot", tag: "1.24.5")
  /// The OpenTelemetry Collector between agents and storage.
  public static let gateway = Pinned(
    repository: "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib",
    tag: "0.159.0")
  /// This operator, for the init container `preflight`.
  public static let `operator` = Pinned(repository: "ghcr.io/cozystack/observability-operator", tag: release)

  /// An image with its tag.
  public struct Pinned: Hashable, Sendable, CustomStringConvertible {
    /// Host and path.
    public let repository: String
    /// The tag.
    public let tag: String
    /// What a container's `image` takes.
    public var description: String { "\(repository):\(tag)" }
  }
}
