// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The resources of the agent's container: the user's, and a default for what is left out.
///
/// There is no CPU limit by default: throttling shows up as lost eBPF samples.
struct AgentResources {
  /// The `ResourceRequirements`, with quantities in canonical form.
  let manifest: JSONObject
  /// The soft limit of the Go heap, as Go's runtime takes it.
  let goMemoryLimit: String

  private struct Default {
    let name: String
    let request: String
    var limit: String?
  }

  init(_ context: RenderContext) {
    var manifest = context.agent.resources.withoutZeroValues
    var requests = Self.canonical(manifest["requests"]?.object ?? [:])
    var limits = Self.canonical(manifest["limits"]?.object ?? [:])
    for item in Self.defaults(context) {
      // A default never contradicts what was given: no request above a limit.
      let (request, limit) = (requests[item.name], limits[item.name])
      requests[item.name] = request ?? Self.extreme(item.request, limit, by: <)
      if let fallback = item.limit { limits[item.name] = limit ?? Self.extreme(fallback, request, by: >) }
    }
    manifest["requests"] = .object(requests)
    manifest["limits"] = .object(limits)
    self.manifest = manifest
    let bytes = limits["memory"]?.string.flatMap { Quantity.bytes($0) } ?? 0
    goMemoryLimit = "\(MemoryBounds.heap(limit: bytes))MiB"
  }

  private static func defaults(_ context: RenderContext) -> [Default] {
    var defaults = [
      Default(name: "cpu", request: DefaultResources.cpuRequest),
      Default(name: "memory", request: DefaultResources.memoryRequest, limit: DefaultResources.memoryLimit),
    ]
    if context.isPush {
      let spool = context.spool
      defaults.append(
        Default(
          name: "ephemeral-storage", request: mebibytes(spool.request), limit: mebibytes(spool.storageLimit)))
    }
    return defaults
  }

  /// The bytes in MiB, rounded up, as the API server writes them.
  static func mebibytes(_ bytes: Int64) -> String {
    let text = "\((bytes + (1 << 20) - 1) >> 20)Mi"
    return Quantity(text)?.canonical ?? text
  }

  /// The other amount if it is below, or above, the default; else the default.
  private static func extreme(
    _ fallback: String, _ other: JSONValue?, by precedes: (Quantity, Quantity) -> Bool
  ) -> JSONValue {
    guard let other, let text = other.string, let amount = Quantity(text), let standard = Quantity(fallback),
      precedes(amount, standard)
    else { return .string(fallback) }
    return other
  }

  /// The quantities as the API server writes them: `1Gi` for `1024Mi`, text for numbers.
  private static func canonical(_ list: JSONObject) -> JSONObject {
    JSONObject(
      list.map { name, value in
        let text = value.string ?? value.integer.map { String($0) } ?? value.double.map { "\($0)" }
        return (name, text.flatMap { Quantity($0) }.map { .string($0.canonical) } ?? value)
      })
  }
}

/// How the memory of the agent's container is divided, in MiB.
public enum MemoryBounds {
  /// What its eBPF maps take, whatever is switched on: two of them have room for a million connections from the start.
  /// Measured on Linux 6.18: 237 MiB. Kernels since 5.11 charge them to the container.
  public static let maps: Int64 = 240
  /// The perf ring buffers of one CPU, in KiB: 67 pages.
  public static let ringBuffers: Int64 = 268
  /// What is kept free for all that is not Go's heap: maps, ring buffers, stacks of threads.
  public static let outsideHeap: Int64 = 350
  /// With less the garbage collector would run all the time.
  public static let leastHeap: Int64 = 128

  /// The soft limit of the Go heap, `GOMEMLIMIT`, with a memory limit of so many bytes.
  public static func heap(limit: Int64) -> Int64 { max((limit >> 20) - outsideHeap, leastHeap) }
}
