// SPDX-License-Identifier: Apache-2.0

/// What the agent is given where the object does not say, as quantities.
public enum DefaultResources {
  /// What is kept on the node while the metrics backend is away.
  public static let spoolSize = "500Mi"
  /// The CPU that is set aside. There is no limit: throttling shows up as lost eBPF samples.
  public static let cpuRequest = "100m"
  /// The memory that is set aside: eBPF maps and a small heap.
  public static let memoryRequest = "400Mi"
  /// The memory limit.
  public static let memoryLimit = "1Gi"
}
