// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Synchronization
import Testing
import Waiting

@testable import ControllerRuntime

/// Whatever happens to connections, versions and requests, the store ends up equal to the server, and the changes that
/// were told add up to it.
@Suite(.timeLimit(.minutes(2))) struct ReflectorConvergenceTests {
  /// A reader that knows nothing but the changes.
  private final class Replay: Sendable {
    private let state = Mutex<[ObjectKey: KubernetesObject]>([:])

    var objects: [KubernetesObject] { state.withLock { $0.values.sorted { $0.key < $1.key } } }

    func take(_ change: StoreChange) {
      state.withLock { state in
        #expect(state[change.key] == change.old, "the change does not begin where the one before ended")
        state[change.key] = change.new
      }
    }
  }

  @Test(arguments: 1...24 as ClosedRange<UInt64>)
  func theStoreEndsUpEqualToTheServer(seed: UInt64) async throws {
    var random = SeededGenerator(state: seed)
    let (api, time, replay) = (FakeAPI(), TestTime(), Replay())
    let target = WatchTarget(.configMaps)
    let reads = seed % 2 == 0 ? ["stream", "watch"] : ["list", "watch"]
    let informers = Informers(
      api: api, environment: time.environment, pageSize: 3, streamsLists: seed % 2 == 0, content: { _ in .whole },
      onChange: { _, change in replay.take(change) })
    informers.setTargets([target], for: "test")
    let run = Task { await informers.run() }
    for _ in 0..<150 {
      let object = KubernetesObject(
        type: .configMaps, namespace: "a", name: "o\(Int.random(in: 0..<12, using: &random))")
      switch Int.random(in: 0..<14, using: &random) {
      case 0...4: api.put(.configMaps, object)
      case 5, 6: api.remove(.configMaps, object.key)
      case 7: api.endWatches(Bool.random(using: &random) ? .reset : nil)
      case 8: api.compact()
      case 9: api.fail(reads.randomElement(using: &random) ?? "list", .unavailable)
      case 10: api.fail(reads.randomElement(using: &random) ?? "list", .expired)
      case 11: api.bookmark()
      default: time.advance(by: .seconds(Int.random(in: 0...40, using: &random)))
      }
      // Sometimes the reflector keeps up, sometimes several things happen to it at once.
      if Bool.random(using: &random) {
        try await eventually("the reflector waits or watches") { !time.deadlines.isEmpty && api.isDrained }
      }
    }
    api.heal()
    try await eventually("a watch is open") {
      time.advance(by: .seconds(5))
      return api.openWatches > 0 && informers.state(target).isSynced
    }
    for object in api.objects(.configMaps).prefix(2) { api.remove(.configMaps, object.key) }
    api.put(.configMaps, KubernetesObject(type: .configMaps, namespace: "a", name: "last"))
    try await eventually("the store equals the server") {
      time.advance(by: .seconds(5))
      return informers.store(target)?.all() == api.objects(.configMaps) && informers.state(target).isSynced
    }
    try await eventually("the changes add up to it") { replay.objects == api.objects(.configMaps) }
    run.cancel()
    await run.value
  }
}
