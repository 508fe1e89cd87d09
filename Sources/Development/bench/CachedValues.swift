// SPDX-License-Identifier: Apache-2.0

import CLinux
import ControllerRuntime
import Glibc
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController

/// What a Node takes in memory, whole and as the operator keeps it, by the allocator's own account.
struct CachedValues {
  private static let count = 5000
  /// The list is measured in one piece, which a client reads in pages.
  private static let limits = JSONLimits(bytes: 256 << 20, depth: 64, values: 16_000_000)

  func measure() throws -> [Figure] {
    let text = JSONWriter.bytes(["items": .array((0..<Self.count).map(SampleNode.value))])
    let whole = try cost(text, .whole)
    let kept = try cost(text, Watches.content(of: Watches.nodes))
    let size = text.count / Self.count
    return [
      Figure(
        name: "bytes per cached object, whole", value: "\(whole.bytes)", parts: "a Node of \(size) bytes of JSON"
      ).aiming("≤ 4 × its JSON", isReached: whole.bytes <= 4 * size),
      Figure(
        name: "bytes per cached object, as kept", value: "\(kept.bytes)",
        parts: "name, labels, taints and versions of the same Node"
      ).aiming("≤ 2560", isReached: kept.bytes <= 2560),
      .rate("JSON parsed whole, MB per second of CPU", rate(text, whole.time), atLeast: 160),
      .rate("JSON parsed and reduced, MB per second of CPU", rate(text, kept.time), atLeast: 185),
    ]
  }

  private func rate(_ text: [UInt8], _ time: Double) -> Double { Double(text.count) / 1e6 / time }

  /// Seconds of a processor that this thread has had: others use the machine as well.
  private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private func cost(_ text: [UInt8], _ content: WatchContent) throws -> (bytes: Int, time: Double) {
    let before = mallinfo2().inUse
    let start = processorTime()
    let kept = try read(text, content)
    let took = processorTime() - start
    let after = mallinfo2().inUse
    guard kept.count == Self.count else { throw Unmeasured("the list of nodes was not read") }
    return ((after - before) / Self.count, took)
  }

  /// What a store would hold of the list.
  private func read(_ text: [UInt8], _ content: WatchContent) throws -> [KubernetesObject] {
    let list = try JSONParser.parse(text, limits: Self.limits, projection: content.projection.nested(under: ["items"]))
    return (list["items"]?.array ?? []).compactMap { $0.object.map(KubernetesObject.init).flatMap(content.reduce) }
  }
}

extension mallinfo2 {
  /// Bytes that the program holds, of all arenas and of mappings of their own.
  fileprivate var inUse: Int { Int(uordblks) + Int(hblkhd) }
}
