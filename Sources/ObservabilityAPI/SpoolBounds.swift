// SPDX-License-Identifier: Apache-2.0

/// How much of a node's disk the agent's queue may take, in bytes.
///
/// The agent keeps one file a scrape. Before it writes one it adds up the others, and if they are over its limit it
/// removes one, the oldest (`prom/remote_writer.go` of coroot-node-agent 1.35.6). So it may be a file over its limit;
/// and where files grow, for a node gets more pods while the backend is away, each new one is larger than the one that
/// goes, and the sum follows until all are new.
public struct SpoolBounds: Hashable, Sendable {
  /// What the agent is told to keep at most: `spec.nodeAgent.spool.size`.
  public let size: Int64

  /// Room for the file that is being written, and for one that a killed agent left half written, which nobody counts.
  public static let slack: Int64 = 140 << 20
  /// Room for the pod's logs: the kubelet keeps five files of 10 MiB a container, unless the node says otherwise.
  public static let logs: Int64 = 128 << 20

  /// Bounds of a queue of that size, or of an exbibyte if it is larger.
  public init(size: Int64) { self.size = min(size, 1 << 60) }

  /// What the queue takes when it is full, and so what is set aside for it.
  public var request: Int64 { size + Self.slack }
  /// The limit of its volume: room for twice the size, since a pod over the limit is evicted, with the whole queue.
  public var volumeLimit: Int64 { 2 * size + Self.slack }
  /// The limit of the container's ephemeral storage, of which volume and logs are parts.
  public var storageLimit: Int64 { volumeLimit + Self.logs }
  /// The least limit of ephemeral storage with which the queue can become full at all.
  public var leastStorageLimit: Int64 { request + Self.logs }
}
