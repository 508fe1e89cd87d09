// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ProcessSupport
import Testing

@Suite struct RunTests {
  private static let daemonSet = ObjectKey(namespace: "cozy-coroot", name: "platform-node-agent")
  private static let lease = ObjectKey(
    namespace: "cozy-observability", name: "observability-operator")

  @Test func makesAnObjectReadyAndReleasesItsLease() async throws {
    let path = try Executable.path()
    try await ServedCluster.serve(TestCluster()) { served in
      try await OperatorProcess.run(path, served.arguments) { running in
        try await running.waitForReadiness()
        try await served.cluster.apply(TestCluster.object())
        let object = try #require(try await served.cluster.wait(condition: "Ready"))
        #expect(object[path: "status", "agents", "summary"] == "3/3")
        let held = try await served.cluster.admin.get(.leases, Self.lease)
        #expect(held[path: "spec", "holderIdentity"]?.string?.isEmpty == false)

        #expect(try await running.terminate() == .exit(0))
        let released = try await served.cluster.admin.get(.leases, Self.lease)
        #expect(released[path: "spec", "holderIdentity"]?.string ?? "" == "")
        let log = running.process.errors.all
        for message in ["started", "leading", "ready", "lease released", "stopped"] {
          #expect(log.contains { $0.contains(" \(message) ") || $0.hasSuffix(message) }, "no \(message) in \(log)")
        }
        #expect(!log.joined().contains(TestCluster.operatorToken + "\""))
        #expect(running.process.output.text == "")
      }
    }
  }

  @Test func bringsBackAChildThatSomebodyDeleted() async throws {
    let path = try Executable.path()
    try await ServedCluster.serve(TestCluster()) { served in
      try await OperatorProcess.run(path, served.arguments + ["--no-leader-election"]) { _ in
        try await served.cluster.apply(TestCluster.object())
        try await served.cluster.wait(condition: "Ready")
        try await Self.expectReturn(served.cluster)
      }
    }
  }

  @Test func oneOfTwoReplicasLeadsAndTheOtherTakesOver() async throws {
    let path = try Executable.path()
    try await ServedCluster.serve(TestCluster()) { served in
      try await OperatorProcess.run(path, served.arguments, environment: ["POD_NAME": "first"]) { first in
        try await Self.wait(for: "first_", served.cluster)
        try await OperatorProcess.run(path, served.arguments, environment: ["POD_NAME": "second"]) { second in
          try await second.waitForReadiness()
          try await served.cluster.apply(TestCluster.object())
          try await served.cluster.wait(condition: "Ready")
          #expect(try await first.metric("leader_election_master_status") == 1)
          #expect(try await second.metric("leader_election_master_status") == 0)
          #expect(try await second.metric("controller_runtime_reconcile_total") == 0)
          let standby = try await second.get("/metrics").body
          #expect(
            !standby.contains("\nobservability_condition") && !standby.contains("\nobservability_child_writes_total{"))

          #expect(try await first.terminate() == .exit(0))
          #expect(first.process.errors.all.contains { $0.contains("lease released") })
          // A candidate looks every 5 to 11 s.
          try await Self.wait(for: "second_", served.cluster, within: .seconds(20))
          try await Self.expectReturn(served.cluster)
          #expect(try await second.terminate() == .exit(0))
        }
      }
    }
  }

  @Test("Without a right on its Lease a replica warns once, with the remedy, and is not ready")
  func aLeaseThatCannotBeHadIsReported() async throws {
    let path = try Executable.path()
    try await ServedCluster.serve(TestCluster()) { served in
      try await OperatorProcess.run(path, served.arguments + ["--lease-namespace", "elsewhere"]) { running in
        let line = try await running.process.errors.waitForLine(containing: "lease not available")
        for part in ["WARN", "403", "lease=elsewhere/observability-operator", "allow get, create and update"] {
          #expect(line.contains(part), "\(part) is not in \(line)")
        }
        try await eventually("nothing but the Lease is missing", state: { running.process.errors.text }) {
          let readiness = try await running.get("/readyz?verbose")
          let isOnlyTheLease =
            readiness.body.contains("[-]lease") && readiness.body.contains("[+]caches-synced")
          return readiness.status == 500 && isOnlyTheLease ? true : nil
        }
        #expect(try await running.terminate() == .exit(0))
        #expect(running.process.errors.all.count { $0.contains("lease not available") } == 1)
      }
    }
  }

  /// Somebody else takes the Lease, as another replica does that finds it expired: a leader that cannot know what its rival
  /// does must do nothing more.
  @Test func whoLosesTheLeaseEndsAndTheStandbyTakesOver() async throws {
    let path = try Executable.path()
    try await ServedCluster.serve(TestCluster()) { served in
      try await OperatorProcess.run(path, served.arguments, environment: ["POD_NAME": "first"]) { first in
        try await Self.wait(for: "first_", served.cluster)
        try await OperatorProcess.run(path, served.arguments, environment: ["POD_NAME": "second"]) { second in
          try await second.waitForReadiness()
          try await served.cluster.apply(TestCluster.object())
          try await served.cluster.wait(condition: "Ready")
          let taken = await served.cluster.server.takeLease(
            Self.lease.name, namespace: "cozy-observability", by: "rival", seconds: 1)
          #expect(taken)

          // It looks every 5 s.
          #expect(try await first.process.waitForEnd(within: .seconds(30)) == .exit(1))
          let log = first.process.errors.all
          let told = log.filter { $0.contains("leadership lost") }
          #expect(told.count == 1, "\(log)")
          // The rival's lease is over in a second, so the standby may lead by the time that it looks.
          #expect(told.allSatisfy { $0.contains("leads now") }, "\(log)")
          // What is another's is not for it to release.
          #expect(!log.contains { $0.contains("lease released") })

          try await Self.wait(for: "second_", served.cluster)
          try await Self.expectReturn(served.cluster)
          #expect(try await second.metric("leader_election_master_status") == 1)
          #expect(try await second.terminate() == .exit(0))
        }
      }
    }
  }

  private static func wait(
    for holder: String, _ cluster: TestCluster, within deadline: Duration = .seconds(30)
  ) async throws {
    try await cluster.wait(for: .leases, lease, within: deadline) {
      $0?[path: "spec", "holderIdentity"]?.string?.hasPrefix(holder) == true
    }
  }

  private static func expectReturn(_ cluster: TestCluster) async throws {
    let uid = try await cluster.admin.get(.daemonSets, daemonSet).uid
    try await cluster.admin.delete(.daemonSets, daemonSet, DeleteOptions())
    try await cluster.wait(for: .daemonSets, daemonSet) { $0 != nil && $0?.uid != uid }
    try await cluster.wait(condition: "Ready")
  }
}
