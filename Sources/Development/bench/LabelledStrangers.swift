// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import ProcessSupport

/// Large ConfigMaps with the label of children, as anybody may create who may write in the children's namespace. The
/// operator's memory must stay below its pod's limit, whether it streams lists or reads them in pages.
struct LabelledStrangers {
  let executable: String
  let served: ServedCluster

  private static let count = 120
  /// The limit of `config/manager/deployment.yaml`, in MiB.
  private static let limit = 128

  func measure() async throws -> [Figure] {
    try await served.cluster.apply(TestCluster.object())
    let data = JSONValue.string(String(repeating: "0123456789abcdef", count: 62_500))
    for index in 0..<Self.count {
      try await served.cluster.server.apply([
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": [
          "name": .string("labelled-\(index)"), "namespace": "cozy-coroot",
          "labels": ["observability.cozystack.io/object": "platform"],
        ], "data": ["AgentExits": data],
      ])
    }
    let streamed = try await peak()
    await served.cluster.server.setIntercept { request in
      guard request.parameter("sendInitialEvents") != nil else { return nil }
      let message = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"
      return .answer(APIResponse(status: 422, json: TestCluster.status(422, "Invalid", message)))
    }
    let paged = try await peak()
    let name = "started beside \(Self.count) labelled ConfigMaps of 1 MB"
    return [
      .size("\(name): peak resident memory", streamed, aim: Self.limit),
      .size("\(name), listed in pages: peak resident memory", paged, aim: Self.limit),
    ]
  }

  /// The most memory of an operator that starts and finds everything in place, or makes it so.
  private func peak() async throws -> Int {
    try await Subject.run(executable, served) { subject in
      try await subject.cluster.wait(condition: "Ready")
      try await subject.settle(passes: 1)
      return try Usage(of: subject.running.process.id).peak
    }
  }
}
