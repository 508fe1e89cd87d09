// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import KubernetesClient
import KubernetesCore
import ProcessSupport

/// How long it takes, as a watch beside the operator sees it.
struct Times {
  let executable: String
  let served: ServedCluster
  let runs: Int

  func measure() async throws -> [Figure] {
    var starts: [Duration] = []
    for _ in 0..<runs {
      starts.append(
        try await Subject.run(executable, served) { subject in
          let took = ContinuousClock().now - subject.running.process.start
          _ = try await subject.running.terminate()
          return took
        })
    }
    let (creates, returns) = try await Subject.run(executable, served) { subject in
      var creates: [Duration] = []
      var returns: [Duration] = []
      for _ in 0..<runs {
        creates.append(try await create(subject))
        returns.append(try await recreate(subject))
        try await remove(subject)
      }
      return (creates, returns)
    }
    return [
      .times("create of the object to its last child", creates, aim: .milliseconds(50)),
      .times("deleted DaemonSet to its return", returns, aim: .milliseconds(50)).vendor("100 to 150 ms"),
      .times("start of the process to ready", starts, aim: .milliseconds(150)),
    ]
  }

  private func create(_ subject: Subject) async throws -> Duration {
    let cluster = subject.cluster
    return try await withThrowingTaskGroup(of: Void.self) { group in
      for type in Subject.children {
        group.addTask { try await cluster.wait(for: type, Subject.child) { $0 != nil } }
      }
      let clock = ContinuousClock()
      let start = clock.now
      try await cluster.apply(TestCluster.object())
      try await group.waitForAll()
      let took = clock.now - start
      try await cluster.wait(condition: "Ready")
      try await subject.settle(passes: 1)
      return took
    }
  }

  private func recreate(_ subject: Subject) async throws -> Duration {
    let cluster = subject.cluster
    let old = try await cluster.admin.get(.daemonSets, Subject.child).uid
    let clock = ContinuousClock()
    let start = clock.now
    try await cluster.admin.delete(.daemonSets, Subject.child, DeleteOptions())
    try await cluster.wait(for: .daemonSets, Subject.child) { $0 != nil && $0?.uid != old }
    let took = clock.now - start
    try await cluster.wait(condition: "Ready")
    try await subject.settle(passes: 1)
    return took
  }

  private func remove(_ subject: Subject) async throws {
    try await subject.cluster.admin.delete(TestCluster.observabilities, Subject.object, DeleteOptions())
    for type in Subject.children { try await subject.cluster.wait(for: type, Subject.child) { $0 == nil } }
    try await subject.settle(passes: 1)
  }
}
