// SPDX-License-Identifier: Apache-2.0

/// The images of this release, pinned: an upgrade of the operator is what moves them, and nothing else.
///
/// No other file of the repository decides which image runs or which release this is. Scripts read the release by
/// `.ci/version.sh`.
///
/// A digest is recorded only together with the place where it was read. Read it from the registry of the image itself:
///
///     skopeo inspect --format '{{.Digest}}' docker://ghcr.io/coroot/coroot-node-agent:1.35.6
///
/// That is the digest of the index, which covers every architecture.
public enum DefaultImages {
  /// The version of this release.
  public static let release = "0.1.0"

  /// The agent on every node.
  public static let nodeAgent = Pinned(
    repository: "ghcr.io/coroot/coroot-node-agent", tag: "1.35.6", digest: .unknown(because: unread))
  /// The agent for the cluster as a whole, with mode `Full`.
  public static let clusterAgent = Pinned(
    repository: "ghcr.io/coroot/coroot-cluster-agent", tag: "1.8.5", digest: .unknown(because: unread))
  /// The Coroot server, with mode `Full`.
  public static let coroot = Pinned(
    repository: "ghcr.io/coroot/coroot", tag: "1.24.5", digest: .unknown(because: unread))
  /// The OpenTelemetry Collector between agents and storage.
  public static let gateway = Pinned(
    repository: "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib",
    tag: "0.159.0", digest: .unknown(because: unread))
  /// The OAuth2 proxy before the user interface. Releases before 7.15.2 let requests past the sign-in.
  public static let gatekeeper = Pinned(
    repository: "quay.io/oauth2-proxy/oauth2-proxy", tag: "v7.15.3",
    digest: .unknown(because: "not read from quay.io yet"))
  /// This operator, for the init container `preflight`.
  public static let `operator` = Pinned(
    repository: "ghcr.io/cozystack/observability-operator", tag: release,
    digest: .unknown(because: "an image cannot hold its own digest; what installs it pins it"))

  /// Every image that the operator knows.
  public static let all = [nodeAgent, clusterAgent, coroot, gateway, gatekeeper, `operator`]
  /// Those that this release runs.
  public static let inUse = all

  private static let unread = "not read from ghcr.io yet"

  /// An image with its tag and, once it is known, its digest.
  public struct Pinned: Hashable, Sendable, CustomStringConvertible {
    /// The digest of an image, or why there is none.
    public enum Digest: Hashable, Sendable {
      /// `sha256:` and 64 hexadecimal digits, and the place where they were read.
      case known(String, from: String)
      /// No digest is recorded: the tag alone pins the image.
      case unknown(because: String)
    }

    /// Host and path.
    public let repository: String
    /// The tag.
    public let tag: String
    /// The digest with its origin.
    public let digest: Digest

    /// An image made of its parts.
    public init(repository: String, tag: String, digest: Digest) {
      self.repository = repository
      self.tag = tag
      self.digest = digest
    }

    /// What a container's `image` takes: `repository:tag`, with `@digest` where that is known.
    public var description: String {
      switch digest {
      case .known(let digest, _): "\(repository):\(tag)@\(digest)"
      case .unknown: "\(repository):\(tag)"
      }
    }
  }
}
