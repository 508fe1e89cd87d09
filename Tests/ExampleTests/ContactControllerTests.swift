// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import Testing
import Waiting

@testable import contact_controller

/// The controller that the documentation shows, run against an API server.
@Suite(.timeLimit(.minutes(2))) struct ContactControllerTests {
  private static let child = ObjectKey(namespace: "team", name: "contact")

  private struct Running {
    let program: ControllerProgram
    let queue: WorkQueue<ObjectKey>
  }

  private func annotate(_ cluster: TestCluster, _ contact: String?) async throws {
    var namespace = KubernetesObject(type: .namespaces, name: "team")
    if let contact { namespace["metadata"]?["annotations"] = [ContactController.annotation: .string(contact)] }
    _ = try await cluster.admin.apply(.namespaces, namespace, ApplyOptions(fieldManager: "user", force: true))
  }

  private func withController(
    _ cluster: TestCluster, _ body: (Running, LogRecorder) async throws -> Void
  ) async throws {
    let log = LogRecorder()
    let queue = WorkQueue<ObjectKey>(name: "contact-controller")
    var options = ControllerProgram.Options()
    options.queue = queue
    let controller = ContactController(api: cluster.admin, options: options, logger: log.logger())
    let run = Task { try await controller.program.run() }
    do {
      try await body(Running(program: controller.program, queue: queue), log)
    } catch {
      run.cancel()
      throw error
    }
    await controller.program.stop()
    try await run.value
  }

  private func waitForMail(_ cluster: TestCluster, _ mail: String) async throws -> KubernetesObject {
    let found = try await cluster.wait(for: .configMaps, Self.child) { $0?[path: "data", "mail"] == .string(mail) }
    return try #require(found)
  }

  private func cluster() async throws -> TestCluster {
    try await TestCluster(nodes: 0, withDefinition: false, withNamespace: false, withServices: false)
  }

  @Test func givesANamespaceItsConfigMapAndKeepsItSo() async throws {
    let cluster = try await cluster()
    try await annotate(cluster, "a@example.com")
    try await withController(cluster) { controller, log in
      let made = try await waitForMail(cluster, "a@example.com")
      #expect(made.ownerReferences.first?["name"] == "team")

      try await annotate(cluster, "b@example.com")
      #expect(try await waitForMail(cluster, "b@example.com").uid == made.uid)

      let vandal = WriteOptions(fieldManager: "vandal")
      _ = try await cluster.admin.patch(.configMaps, Self.child, .merge(["data": ["mail": "c@example.com"]]), vandal)
      try await eventually("what somebody changed is put right") {
        log.lines("child drifted").contains {
          $0.metadata["fields"] == "data[mail]" && $0.metadata["by"] == "vandal"
        }
      }
      _ = try await waitForMail(cluster, "b@example.com")
      try await eventually("an Event names them") {
        try await cluster.admin.list(.events, ListQuery()).items.contains {
          $0["reason"] == "ChildRepaired"
            && $0["note"] == "ConfigMap/team/contact was changed in data[mail] by vandal; repaired."
        }
      }

      try await cluster.admin.delete(.configMaps, Self.child, DeleteOptions())
      try await cluster.wait(for: .configMaps, Self.child) { $0 != nil && $0?.uid != made.uid }
      try await eventually("the deletion is reported as one") {
        log.lines("child drifted").contains { $0.metadata["change"] == "deleted" }
      }

      try await annotate(cluster, nil)
      try await cluster.wait(for: .configMaps, Self.child) { $0 == nil }
      await controller.queue.waitUntilIdle()
      #expect(log.all.filter { $0.level >= .warning }.map(\.message) == ["child drifted", "child drifted"])
      try await annotate(cluster, "d@example.com")
      _ = try await waitForMail(cluster, "d@example.com")
      await controller.queue.waitUntilIdle()
      #expect(log.lines("child drifted").count == 2, "what was deleted on purpose is no drift")
    }
  }

  @Test func leavesAloneWhatIsAsItShouldBeAndWhatIsNotItsOwn() async throws {
    let cluster = try await cluster()
    try await annotate(cluster, "a@example.com")
    try await withController(cluster) { _, _ in _ = try await waitForMail(cluster, "a@example.com") }

    var foreign = KubernetesObject(type: .configMaps, namespace: "default", name: "contact")
    foreign["metadata"]?["labels"] = [ContactController.label: "contact-controller"]
    _ = try await cluster.admin.create(.configMaps, foreign, WriteOptions())
    let before = await cluster.server.requestLog.filter(\.isWrite).count
    try await withController(cluster) { controller, _ in
      try await eventually("it has begun") { controller.program.notReady == nil }
      for name in ["team", "default"] { controller.queue.add(ObjectKey(name: name)) }
      await controller.queue.waitUntilIdle()
      try await eventually("all was looked at") { controller.queue.count == 0 }
    }
    #expect(await cluster.server.requestLog.filter(\.isWrite).count == before, "a restart writes nothing")
    #expect(try await cluster.admin.get(.configMaps, foreign.key).name == "contact")
  }

  @Test func saysOnceWhatIsWrongWithAnAnnotation() async throws {
    let cluster = try await cluster()
    try await annotate(cluster, "nobody")
    try await withController(cluster) { controller, log in
      await log.waitForLine("reconcile failed")
      let line = try #require(log.lines("reconcile failed").first)
      #expect(line.level == .error)
      #expect(line.metadata["error"]?.contains("\"nobody\", which is no mail address") == true)
      try await annotate(cluster, "a@example.com")
      _ = try await waitForMail(cluster, "a@example.com")
      #expect(log.lines("reconcile failed").count == 1)
    }
  }

  @Test func goesWithItsNamespace() async throws {
    let cluster = try await cluster()
    try await annotate(cluster, "a@example.com")
    try await withController(cluster) { _, log in
      _ = try await waitForMail(cluster, "a@example.com")
      try await cluster.admin.delete(.namespaces, ObjectKey(name: "team"), DeleteOptions())
      try await cluster.wait(for: .namespaces, ObjectKey(name: "team")) { $0 == nil }
      try await cluster.wait(for: .configMaps, Self.child) { $0 == nil }
      #expect(log.all.filter { $0.level >= .error }.isEmpty, "\(log.all)")
    }
  }
}
