// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization
import Testing
import Waiting

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(5))) struct ControllerProgramTests {
  private let api = FakeAPI()
  private let time = TestTime()
  private let log = LogRecorder()
  private let queue: WorkQueue<ObjectKey>
  private static let lease = ObjectKey(namespace: "a", name: "leader")

  init() {
    queue = WorkQueue(name: "test", environment: time.environment)
  }

  private func program(
    _ sources: [WorkSource] = [.objects(WatchTarget(.nodes))], lease: ObjectKey? = lease,
    leaseDuration: Duration = LeaseTiming().leaseDuration, renewDeadline: Duration = LeaseTiming().renewDeadline,
    _ reconcile: @escaping ControllerProgram.Reconcile
  ) -> ControllerProgram {
    var options = ControllerProgram.Options()
    options.lease = lease
    options.identity = "me"
    // Unlike the time that one request has, so that a test can tell who sleeps.
    options.leaseTiming = LeaseTiming(
      leaseDuration: leaseDuration, renewDeadline: renewDeadline, retryPeriod: .seconds(3))
    options.environment = time.environment
    options.queue = queue
    return ControllerProgram(
      name: "test", api: api, sources: sources, options: options, logger: log.logger, reconcile: reconcile)
  }

  private var holder: String? {
    api.object(.leases, Self.lease)?[path: "spec", "holderIdentity"]?.string
  }

  /// Runs the program; ends with how the lease was lost, if it was.
  private func start(_ program: ControllerProgram) -> Task<LeadershipLost?, Never> {
    Task {
      do throws(LeadershipLost) {
        try await program.run()
        return nil
      } catch {
        return error
      }
    }
  }

  @Test func aGracefulEndGoesInOrder() async throws {
    api.put(.nodes, KubernetesObject(type: .nodes, name: "n"))
    let (gate, began, ended) = (ChangeSignal(), Recorded<String>(), Recorded<Bool>())
    let program = program { context in
      began.append(context.key.name)
      await gate.changed(since: 0)
      ended.append(Task.isCancelled)
      return .settled
    }
    #expect(program.notReady == "not synced: nodes")
    let run = start(program)
    try await eventually("it works") { began.values == ["n"] }
    #expect(program.notReady == nil && program.stuck == nil)
    queue.add(ObjectKey(name: "another"))

    let stop = Task { await program.stop() }
    try await eventually("the queue is closed") { queue.count == 0 }
    #expect(program.notReady == "stopping", "it is not ready before anything ends")
    #expect(holder == "me", "the lease is held as long as work goes on")
    gate.notify()
    await stop.value
    #expect(await run.value == nil)
    #expect(ended.values == [false], "the running reconcile was let finish")
    #expect(began.values == ["n"], "and no other was begun")
    #expect(holder == "", "then the lease is released")
    #expect(log.lines(.info).suffix(1) == ["lease released"])
    #expect(log.lines(.error) == [])
  }

  @Test func whatDoesNotEndWithinTheGraceIsCutAndTheLeaseReleased() async throws {
    api.put(.nodes, KubernetesObject(type: .nodes, name: "n"))
    let (hanging, ended) = (ChangeSignal(), Recorded<Bool>())
    // The time of the grace passes in one step, in which the lease must not be lost.
    let program = program(leaseDuration: .seconds(600), renewDeadline: .seconds(500)) { _ in
      await hanging.changed(since: 0)
      ended.append(Task.isCancelled)
      return .settled
    }
    let run = start(program)
    try await eventually("it hangs") { time.deadlines.contains(.seconds(120)) }
    let stop = Task { await program.stop() }
    try await eventually("it has grace") { time.deadlines.contains(.seconds(15)) }
    time.advance(by: .seconds(15))
    await stop.value
    #expect(await run.value == nil)
    #expect(ended.values == [true])
    #expect(holder == "")
  }

  @Test func aCandidateThatDoesNotLeadEndsAtOnce() async throws {
    var lease = KubernetesObject(type: .leases, namespace: "a", name: "leader")
    lease["spec"] = ["holderIdentity": "other", "leaseDurationSeconds": 15, "renewTime": "t"]
    api.put(.leases, lease)
    api.put(.nodes, KubernetesObject(type: .nodes, name: "n"))
    let began = Recorded<String>()
    let program = program { context in
      began.append(context.key.name)
      return .settled
    }
    let run = start(program)
    try await eventually("its stores are warm") { program.notReady == nil }
    #expect(began.values == [], "but another works")
    await program.stop()
    #expect(await run.value == nil)
    #expect(holder == "other")
  }

  @Test func aLostLeaseEndsTheProgram() async throws {
    let program = program { _ in .settled }
    let run = start(program)
    try await eventually("it leads") { holder == "me" }
    var taken = try #require(api.object(.leases, Self.lease))
    taken["spec"]?["holderIdentity"] = "other"
    api.put(.leases, taken)
    try await eventually("it waits") { time.deadlines.contains(.seconds(3)) }
    time.advance(by: .seconds(3))
    #expect(await run.value == LeadershipLost(cause: "other leads now"))
  }

  @Test func everyObjectIsLookedAtAgainAfterALongTime() async throws {
    api.put(.nodes, KubernetesObject(type: .nodes, name: "n"))
    let began = Recorded<String>()
    let program = program(lease: nil) { context in
      began.append(context.key.name)
      return .settled
    }
    let run = start(program)
    // A tenth less than ten hours, as chance has it here.
    try await eventually("it waits") { began.values == ["n"] && time.deadlines.contains(.seconds(32_400)) }
    let requests = api.requests.count
    time.advance(by: .seconds(32_400))
    try await eventually("it is looked at again") { began.values == ["n", "n"] }
    #expect(api.requests.count - requests <= 1, "at most the watch begins anew")
    await program.stop()
    #expect(await run.value == nil)
  }

  @Test func aChangeOfAChildIsWorkOnItsOwner() {
    func child(_ apiVersion: String, _ kind: String, _ name: String) -> KubernetesObject {
      var object = KubernetesObject(type: .configMaps, namespace: "a", name: "child")
      object["metadata"]?["ownerReferences"] = [
        ["apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": "u"]
      ]
      return object
    }
    func keys(_ owner: ResourceType, _ old: KubernetesObject?, _ new: KubernetesObject?) -> Set<ObjectKey> {
      WorkSource.children(WatchTarget(.configMaps), of: owner).keys(
        StoreChange(key: ObjectKey(namespace: "a", name: "child"), old: old, new: new))
    }
    let ofNode = child("v1", "Node", "n")
    #expect(keys(.nodes, nil, ofNode) == [ObjectKey(name: "n")])
    #expect(keys(.nodes, ofNode, nil) == [ObjectKey(name: "n")], "a child that is gone is to be made anew")
    #expect(keys(.nodes, ofNode, child("v1", "Node", "m")) == [ObjectKey(name: "n"), ObjectKey(name: "m")])
    #expect(keys(.deployments, nil, child("apps/v1beta1", "Deployment", "d")) == [ObjectKey(namespace: "a", name: "d")])
    #expect(keys(.deployments, nil, child("extensions/v1", "Deployment", "d")) == [])
    #expect(keys(.nodes, nil, child("v1", "Pod", "n")) == [])
  }
}
