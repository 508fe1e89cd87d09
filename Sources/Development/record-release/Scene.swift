// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import ProcessSupport

/// What a record shows: two objects, one that pushes and one that is scraped, and of four nodes one that preflight refuses
/// and one whose kernel is too old.
struct Scene {
  /// The objects that are waited for.
  static let objects: [KubernetesObject] = [
    TestCluster.object("platform", spec: ["nodeAgent": ["nodeSelector": ["pool": "rest"]]]),
    TestCluster.object(
      "scraped", spec: ["nodeAgent": ["nodeSelector": ["pool": "first"]], "metrics": ["delivery": "Scrape"]]),
  ]

  private let cluster: TestCluster

  /// - Parameters:
  ///   - definition: the CustomResourceDefinition of the release, as YAML.
  ///   - record: what to begin with.
  init(definition: String?, record: String?) async throws {
    cluster = try await TestCluster(nodes: record == nil ? 2 : 0, withDefinition: false) { _, node in
      node["metadata"]?["name"] == "locked" ? Self.lockedDown : .ready
    }
    if let record { try await cluster.server.restore(RecordedState(text: record).objects) }
    if let definition { try await cluster.server.apply(yaml: definition) }
    guard record == nil else { return }
    try await cluster.server.apply(TestCluster.podScrapeDefinition)
    await cluster.server.addNode("locked", labels: ["pool": "rest"])
    await cluster.server.addNode("old", labels: ["pool": "rest"], kernel: "4.18.0")
    for object in Self.objects { try await cluster.apply(object) }
  }

  /// Runs the executable until the objects are settled, and returns the record and what was changed, a line each.
  func play(_ executable: String) async throws -> (record: String, changes: [String]) {
    let before = await cluster.server.everything()
    await cluster.server.clearRequestLog()
    try await ServedCluster.serve(cluster) { served in
      try await OperatorProcess.run(executable, served.arguments) { running in
        try await running.waitForReadiness()
        for object in Self.objects { try await served.cluster.wait(for: object.name, condition: "Ready") }
        try await served.cluster.wait(ObjectKey(name: "platform")) {
          $0?[path: "status", "ineligibleNodes"]?.array?.count == 2
        }
        // Events and the status after a change follow within the second.
        let quiet = Quiet(served.cluster.server)
        try await eventually("nothing is written for 2 s", every: .seconds(2)) {
          await quiet.isQuiet() ? true : nil
        }
        _ = try await running.terminate()
      }
    }
    let writes = await cluster.operatorRequests(withLeases: true).filter(\.isWrite)
    let after = await cluster.server.everything()
    return (
      RecordedState(objects: after).text,
      writes.map { "\($0.verb) \($0.resource)\($0.subresource.map { "/" + $0 } ?? "") \($0.name ?? "") \($0.code)" }
        + RecordedState.differences(before, after)
    )
  }

  private static let lockedDown = PodFate.initFailed(
    exitCode: 21,
    terminationMessage: JSONWriter.text(
      PreflightReport(
        verdict: .ineligible, reason: "KernelLockedDown", message: "lockdown is confidentiality"
      ).json))
}

/// Tells whether the operator wrote anything since the last time that it was asked.
private actor Quiet {
  private let server: APIServer
  private var seen = -1

  init(_ server: APIServer) { self.server = server }

  func isQuiet() async -> Bool {
    let writes = await server.writes
    defer { seen = writes }
    return writes == seen
  }
}
