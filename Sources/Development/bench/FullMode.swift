// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ProcessSupport

/// What an object with Coroot's server costs, on a cluster of its own with a ClickHouse application.
struct FullMode {
  private static let spec: JSONObject = ["mode": "Full", "clickHouse": ["application": [:]]]

  let executable: String

  /// What is asked of the API server for a first create, and for a resync.
  func counts() async throws -> [Figure] {
    try await run(options: ["--no-leader-election"]) { subject in
      let requests = try await subject.requests { try await Self.create(subject) }
      let object = try await subject.cluster.admin.get(TestCluster.observabilities, Subject.object)
      let children = object[path: "status", "inventory"]?.array?.count ?? 0
      // Watches are opened once for a namespace, and not for each object in it.
      let asked = requests.filter { !["list", "watch"].contains($0.verb) }
      let again = try await subject.requests {
        try await Counts.annotate(.namespaces, ObjectKey(name: "cozy-coroot"), on: subject)
      }
      return [
        .count(
          "first create in mode Full: all requests for \(children) children, beside lists and watches", asked.count,
          atMost: children + 6, parts: Counts.summary(asked)),
        .count("resync in mode Full: requests", again.count, atMost: 0, parts: Counts.summary(again)),
      ]
    }
  }

  /// The memory of an operator that has held the object for a minute, beside that with agents only.
  func memory(beside without: Usage) async throws -> [Figure] {
    let with = try await run(options: []) { subject in
      try await Self.create(subject)
      try await subject.settle(passes: 1)
      try await ContinuousClock().sleep(for: .seconds(60))
      return try Usage(of: subject.running.process.id)
    }
    let more = with.resident - without.resident
    return with.figures("idle in mode Full") + [
      Figure(name: "mode Full: resident memory more", value: more.mebibytes)
        .aiming("≤ 4 MiB", isReached: more <= 4 << 20)
    ]
  }

  private func run<Result: Sendable>(
    options: [String], _ body: @escaping @Sendable (Subject) async throws -> Result
  ) async throws -> Result {
    try await ServedCluster.serve(TestCluster()) { served in
      try await served.cluster.server.apply(TestCluster.podScrapeDefinition)
      try await served.cluster.addClickHouse(password: "bench")
      return try await Subject.run(executable, served, options: options, body)
    }
  }

  private static func create(_ subject: Subject) async throws {
    try await subject.cluster.apply(TestCluster.object(spec: spec))
    try await subject.cluster.wait(condition: "CorootAvailable")
    try await subject.cluster.wait(condition: "Ready")
  }
}
