// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ProcessSupport

/// Fifty objects, each on a node pool of its own, created at once.
struct ManyObjects {
  let executable: String
  let served: ServedCluster

  private static let count = 50

  func measure() async throws -> [Figure] {
    for index in 0..<Self.count {
      await served.cluster.server.addNode("node-\(index)", labels: ["pool": "pool-\(index)"])
    }
    return try await Subject.run(executable, served) { subject in
      try await subject.settle(passes: 0)
      await subject.cluster.server.clearRequestLog()
      let clock = ContinuousClock()
      let start = clock.now
      async let ready: Void = subject.cluster.waitForReady(Self.count)
      for index in 0..<Self.count {
        let spec: JSONObject = ["nodeAgent": ["nodeSelector": ["pool": .string("pool-\(index)")]]]
        try await subject.cluster.apply(TestCluster.object("pool-\(index)", spec: spec))
      }
      try await ready
      let took = clock.now - start
      try await subject.settle(passes: Double(Self.count))
      let requests = await subject.cluster.operatorRequests()
      let writes = requests.filter(\.isWrite)
      return [
        .time("\(Self.count) objects on pools of their own: first create to the last Ready", took, aim: .seconds(2.5))
          .vendor("12.5 to 14.5 s"),
        .count(
          "\(Self.count) objects: writes", writes.count, atMost: Self.count * (Subject.children.count + 3),
          parts: Counts.summary(writes)),
      ]
        + (try Usage(of: subject.running.process.id).figures(
          // Half of what the vendor's takes.
          "\(Self.count) objects", resident: 28, anonymous: 11, vendor: ("56 MB", "23 MB")))
    }
  }
}

extension TestCluster {
  /// Waits, by watch, until that many objects of our kind are Ready.
  func waitForReady(_ count: Int) async throws {
    try await awaiting("\(count) objects are Ready", within: .seconds(120)) {
      var ready: Set<String> = []
      for try await event in try await admin.watch(Self.observabilities, WatchQuery(timeoutSeconds: 300)) {
        switch event {
        case .added(let object), .modified(let object):
          if object.condition("Ready")?.status == "True" {
            ready.insert(object.name)
          } else {
            ready.remove(object.name)
          }
        case .deleted, .bookmark: break
        }
        if ready.count == count { return }
      }
      throw Unmeasured("the watch ended with \(ready.count) of \(count) objects Ready")
    }
  }
}
