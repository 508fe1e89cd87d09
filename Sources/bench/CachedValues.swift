// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import JSON

/// What a Node takes in memory, whole and projected, by the allocator's own account.
struct CachedValues {
  private static let count = 5000

  /// What the operator reads of a Node.
  private static let projection = JSONProjection.keeping([
    ["metadata", "name"], ["metadata", "uid"], ["metadata", "resourceVersion"], ["metadata", "labels"],
    ["spec", "taints"], ["status", "nodeInfo", "kernelVersion"], ["status", "nodeInfo", "architecture"],
    ["status", "nodeInfo", "operatingSystem"],
  ])

  func measure() throws -> [Figure] {
    let text = JSONWriter.bytes(["items": .array((0..<Self.count).map(SampleNode.value))])
    let whole = try cost(text, .everything)
    let part = try cost(text, Self.projection.nested(under: ["items"]))
    let size = text.count / Self.count
    return [
      Figure(
        name: "bytes per cached object, whole", value: "\(whole.bytes)", parts: "a Node of \(size) bytes of JSON"
      ).aiming("≤ 4 × its JSON", isReached: whole.bytes <= 4 * size),
      Figure(
        name: "bytes per cached object, projected", value: "\(part.bytes)",
        parts: "name, labels, taints and versions of the same Node"
      ).aiming("≤ 2560", isReached: part.bytes <= 2560),
      .rate("JSON parsed whole, MB per second of CPU", rate(text, whole.time), atLeast: 160),
      .rate("JSON parsed and projected, MB per second of CPU", rate(text, part.time), atLeast: 185),
    ]
  }

  private func rate(_ text: [UInt8], _ time: Double) -> Double { Double(text.count) / 1e6 / time }

  /// Seconds of a processor that this thread has had: others use the machine as well.
  private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private func cost(_ text: [UInt8], _ projection: JSONProjection) throws -> (bytes: Int, time: Double) {
    let before = mallinfo2().inUse
    let start = processorTime()
    let value = try JSONParser.parse(text, limits: .list, projection: projection)
    let took = processorTime() - start
    let after = mallinfo2().inUse
    guard value["items"]?.array?.count == Self.count else { throw Unmeasured("the list of nodes was not read") }
    return ((after - before) / Self.count, took)
  }
}

extension mallinfo2 {
  /// Bytes that the program holds, of all arenas and of mappings of their own.
  fileprivate var inUse: Int { Int(uordblks) + Int(hblkhd) }
}
