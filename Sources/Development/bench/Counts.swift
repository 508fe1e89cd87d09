// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ProcessSupport

/// What is asked of the API server, step by step. Leases are left out.
struct Counts {
  let executable: String
  let served: ServedCluster

  func measure() async throws -> [Figure] {
    var figures = try await Subject.run(executable, served) { subject in
      try await firstCreate(subject) + [
        quiet(
          "resync: the namespace is annotated, a full pass over every object", limit: 0, of: \.requests,
          subject.requests {
            try await Self.annotate(.namespaces, ObjectKey(name: "cozy-coroot"), on: subject)
          }),
        quiet(
          "the object is annotated", limit: 0, of: \.writes,
          subject.requests { try await Self.annotate(TestCluster.observabilities, Subject.object, on: subject) }
        ).vendor("2 writes"),
        quiet(
          "the DaemonSet is annotated", limit: 0, of: \.writes,
          subject.requests { try await Self.annotate(.daemonSets, Subject.child, on: subject) }),
      ] + changedField(subject) + memory(subject)
    }
    figures += try await restart()
    return figures
  }

  private func firstCreate(_ subject: Subject) async throws -> [Figure] {
    let requests = try await subject.requests {
      try await subject.cluster.apply(TestCluster.object())
      try await subject.cluster.wait(condition: "Ready")
    }
    let writes = requests.filter(\.isWrite)
    let children = writes.filter { $0.namespace == Subject.child.namespace }
    let reads = requests.filter { !$0.isWrite }
    // A watch is opened once for a namespace, and not for each object in it.
    let asked = requests.filter { $0.verb != "watch" }
    return [
      .count("first create: writes of children", children.count, exactly: Subject.children.count),
      .count(
        "first create: all requests, beside the watches", asked.count, atMost: Subject.children.count + 3,
        parts: Self.summary(asked)
      ).vendor("27 requests for 16 children"),
      Figure(
        name: "first create: reads", value: "\(reads.count)", parts: Self.summary(reads),
        floor: "a watch a target, 1 get"),
    ]
  }

  private func changedField(_ subject: Subject) async throws -> [Figure] {
    let requests = try await subject.requests {
      let spec: JSONObject = ["nodeAgent": ["resources": ["limits": ["memory": "3Gi"]]]]
      try await subject.cluster.apply(TestCluster.object(spec: spec))
      try await subject.cluster.wait(for: .daemonSets, Subject.child) { child in
        child?[path: "spec", "template", "spec"]?["containers"]?.array?.first?[
          path: "resources", "limits", "memory"]?.string == "3Gi"
      }
      try await subject.cluster.wait(condition: "Ready")
    }
    let writes = requests.filter(\.isWrite)
    let status = writes.filter { $0.subresource == "status" }
    let children = writes.filter { $0.namespace == Subject.child.namespace }
    return [
      .count("one field changes: writes of children", children.count, exactly: 1),
      .count("one field changes: writes of status", status.count, atMost: 1),
      .count("one field changes: all writes", writes.count, atMost: 2, parts: Self.summary(writes)),
    ]
  }

  private func memory(_ subject: Subject) async throws -> [Figure] {
    try await subject.settle(passes: 0)
    return try Usage(of: subject.running.process.id).figures(
      "idle with one object", resident: 20, anonymous: 8, vendor: ("40 MB", "9 MB"))
  }

  private func restart() async throws -> [Figure] {
    await served.cluster.server.clearRequestLog()
    return try await Subject.run(executable, served) { subject in
      try await subject.settle(passes: 1)
      let requests = await subject.cluster.operatorRequests()
      let writes = requests.filter(\.isWrite)
      return [
        .count("restart with everything in place: writes", writes.count, atMost: 0, parts: Self.summary(writes)),
        Figure(
          name: "restart with everything in place: reads", value: "\(requests.count - writes.count)",
          parts: Self.summary(requests), floor: "a watch a target"),
      ]
    }
  }

  private func quiet(
    _ name: String, limit: Int, of part: KeyPath<Split, [LoggedRequest]>, _ requests: [LoggedRequest]
  ) -> Figure {
    let counted = Split(requests: requests)[keyPath: part]
    let noun = part == \Split.requests ? "requests" : "writes"
    return .count("\(name): \(noun)", counted.count, atMost: limit, parts: Self.summary(counted))
  }

  /// Changes what no child depends on, as somebody other than the operator.
  static func annotate(_ type: ResourceType, _ key: ObjectKey, on subject: Subject) async throws {
    var object = KubernetesObject(type: type, name: key.name)
    object["metadata"] = .object([
      "name": .string(key.name), "annotations": ["bench.example.org/touched": "yes"],
    ])
    if let namespace = key.namespace, !namespace.isEmpty {
      object["metadata"]?["namespace"] = .string(namespace)
    }
    _ = try await subject.cluster.admin.apply(type, object, ApplyOptions(fieldManager: "somebody"))
  }

  private struct Split {
    let requests: [LoggedRequest]
    var writes: [LoggedRequest] { requests.filter(\.isWrite) }
  }

  /// `2 patch daemonsets, 1 create events`
  static func summary(_ requests: [LoggedRequest]) -> String {
    var counts: [(String, Int)] = []
    for request in requests {
      let name = "\(request.verb) \(request.resource)" + (request.subresource.map { "/\($0)" } ?? "")
      if let place = counts.firstIndex(where: { $0.0 == name }) {
        counts[place].1 += 1
      } else {
        counts.append((name, 1))
      }
    }
    return counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }
}
