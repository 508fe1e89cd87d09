// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// How much disk the agent's queue may take.
struct Spool {
  /// What the agent keeps at most while the metrics backend is away.
  let bytes: Int64
  /// The limit of the emptyDir that holds it, in MiB: 140 above, since the agent looks at its own limit once a scrape
  /// and may be a file over it, and the kubelet evicts a pod whose volume is over the volume's limit.
  let volumeMebibytes: Int64

  private static let fallback: Int64 = 500 << 20

  init(_ context: RenderContext) {
    bytes = Quantity.bytes(context.agent.spoolSize) ?? Self.fallback
    volumeMebibytes = (bytes >> 20) + 140
  }
}

/// The resources of the agent's container: the user's, and a default for what is left out.
///
/// There is no CPU limit by default: throttling shows up as lost eBPF samples.
struct AgentResources {
  /// The `ResourceRequirements`, with quantities in canonical form.
  let manifest: JSONObject
  /// The soft limit of the Go heap, as Go's runtime takes it.
  let goMemoryLimit: String

  /// What the kernel charges to the container outside the Go heap, in MiB: about 240 of eBPF maps, and half a MiB of
  /// ring buffers a CPU.
  static let outsideHeap: Int64 = 350
  /// With less, in MiB, the garbage collector would run all the time.
  static let minimalHeap: Int64 = 128

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
    goMemoryLimit = "\(max((bytes >> 20) - Self.outsideHeap, Self.minimalHeap))MiB"
  }

  private static func defaults(_ context: RenderContext) -> [Default] {
    var defaults = [Default(name: "cpu", request: "100m"), Default(name: "memory", request: "400Mi", limit: "1Gi")]
    if context.isPush {
      // An emptyDir counts as ephemeral storage, and so do the logs that the kubelet keeps: five files of 10 MiB a
      // container, unless the node says otherwise.
      let spool = Spool(context).volumeMebibytes
      defaults.append(Default(name: "ephemeral-storage", request: mebibytes(spool), limit: mebibytes(spool + 128)))
    }
    return defaults
  }

  /// The amount of MiB as the API server writes it.
  static func mebibytes(_ count: Int64) -> String { Quantity("\(count)Mi")?.canonical ?? "\(count)Mi" }

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
