// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// What the agents of an object report only when it is switched on.
///
/// A panel without its signal would stay empty for ever and look like a fault, so it is left out.
public enum Signal: String, CaseIterable, Hashable, Sendable {
  /// Requests of HTTP, SQL and others, DNS, bytes of connections: `features.l7`.
  case l7
  /// Round-trip times: `features.ping`.
  case ping
  /// .NET runtimes: `features.dotnet`.
  case dotnet
  /// Heap profiles of Go programs: `features.goHeap` with `profiles.enabled`.
  case goHeap
  /// Allocations and locks of JVMs: `features.jvm` with `profiles.enabled`.
  case jvmProfiles
  /// NVIDIA GPUs: `features.gpu`.
  case gpu
  /// Time that processes wait for disks: `features.diskDelay`.
  case diskDelay
  /// Counts of log messages: `features.logMetrics`, or logs have a destination.
  case logMetrics
  /// The gateway's own metrics: traces or logs have a destination, which with mode `Full` is the Coroot server.
  case gateway
}

extension Set<Signal> {
  /// What the agents of an object with that specification report.
  public init(_ spec: ObservabilitySpec) {
    let features = spec.nodeAgent.features
    let profiles = spec.profiles.enabled
    self = Set(
      [
        features.l7 ? .l7 : nil, features.ping ? .ping : nil, features.dotnet ? .dotnet : nil,
        features.goHeap && profiles ? .goHeap : nil, features.jvm && profiles ? .jvmProfiles : nil,
        features.gpu ? .gpu : nil, features.diskDelay ? .diskDelay : nil, spec.countsLogMessages ? .logMetrics : nil,
        spec.sendsSignals ? .gateway : nil,
      ].compactMap(\.self))
  }
}
