// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ProcessSupport

/// Objects that the operator has nothing to do with: they must cost it nothing, neither while they come nor at a start.
struct Strangers {
  let executable: String
  let served: ServedCluster

  /// Of each of the two types.
  private static let count = 2000
  private static let name = "\(2 * count) unrelated ConfigMaps and ServiceAccounts"

  func measure() async throws -> [Figure] {
    let (idle, figures) = try await Subject.run(executable, served) { subject in
      try await subject.cluster.apply(TestCluster.object())
      try await subject.cluster.wait(condition: "Ready")
      try await subject.settle(passes: 1)
      return try await whileTheyCome(subject)
    }
    return figures
      + (try await Subject.run(executable, served) { subject in
        try await subject.settle(passes: 1)
        let usage = try Usage(of: subject.running.process.id)
        return [
          Self.growth("started beside \(Self.name): more resident memory", idle.resident, usage.resident),
          Self.growth("started beside \(Self.name): more anonymous memory", idle.anonymous, usage.anonymous),
        ]
      })
  }

  private func whileTheyCome(_ subject: Subject) async throws -> (Usage, [Figure]) {
    let process = subject.running.process.id
    let clock = ContinuousClock()
    await subject.cluster.server.clearRequestLog()
    let before = try Usage(of: process)
    let start = clock.now
    try await create()
    // What the operator would do about them, it has begun by now.
    try await clock.sleep(for: .seconds(1))
    let took = clock.now - start
    let after = try Usage(of: process)
    let requests = await subject.cluster.operatorRequests()
    try await clock.sleep(for: took)
    let later = try Usage(of: process)
    let busy = after.processorTime - before.processorTime
    let idle = later.processorTime - after.processorTime
    let figures: [Figure] = [
      .count("\(Self.name) come: requests", requests.count, atMost: 0, parts: Counts.summary(requests)),
      Figure(
        name: "\(Self.name) come: CPU seconds", value: busy.hundredths,
        parts: "\(idle.hundredths) idle, for as long (\((took / .seconds(1)).tenths) s)"
      ).aiming("≤ idle + 0.02", isReached: busy <= idle + 0.021).vendor("1.5"),
      Self.growth("\(Self.name) come: more resident memory", before.resident, after.resident)
        .vendor("29 MB (69 MB in all)"),
      Self.growth("\(Self.name) come: more anonymous memory", before.anonymous, after.anonymous)
        .vendor("28 MB (37 MB in all)"),
    ]
    return (before, figures)
  }

  /// Half a MiB is what two runs of the same work differ by.
  private static func growth(_ name: String, _ before: Int, _ after: Int) -> Figure {
    Figure(
      name: name, value: (after - before).mebibytes, parts: "\(before.mebibytes) before, \(after.mebibytes) after"
    ).aiming("≤ 0.5 MiB", isReached: after - before <= 1 << 19)
  }

  private func create() async throws {
    let data = JSONValue.string(String(repeating: "0123456789abcdef", count: 64))
    for index in 0..<Self.count {
      let metadata: JSONValue = ["name": .string("stranger-\(index)"), "namespace": "default"]
      try await served.cluster.server.apply([
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": ["key": data],
      ])
      try await served.cluster.server.apply(["apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata])
    }
  }
}
