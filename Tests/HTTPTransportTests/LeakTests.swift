// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import Waiting

@testable import HTTPTransport

/// Cancelled in whatever phase, a transfer leaves nothing behind: no descriptor in the process, no transfer and no pool
/// in the engine, and no task that waits for ever.
///
/// In processes of their own, since other tests open descriptors at the same time; one after the other, since each keeps
/// one of the few threads waiting that the other tests run on.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LeakTests {
  @Test func inEveryPhase() async {
    await #expect(processExitsWith: .success) {
      let stage = Stage()
      let before = openDescriptors()
      for phase in Stage.Phase.allCases {
        let transport = try CurlTransport(userAgent: "tests/1", connectionsPerHost: 2)
        for _ in 0..<20 {
          let task = stage.start(phase, transport)
          #expect(await eventually { await stage.hasReached(phase, transport) || phase == .resolve }, "\(phase)")
          task.cancel()
          let error = await task.result.failure as? TransportError
          #expect(phase.ends(with: error), "\(phase): \(error as Any)")
          #expect(await eventually { await transport.census.transfers == 0 }, "\(phase)")
        }
        #expect(await eventually { await transport.census.running == 0 }, "\(phase)")
        await transport.closeIdleConnections()
        let census = await transport.census
        #expect(census == Census(), "\(phase)")
      }
      // The threads and their descriptors end with the transports, a resolver's when the system has answered.
      stage.end()
      let isClean = await eventually { stage.open == 0 && openDescriptors(besides: before).isEmpty }
      #expect(isClean, "\(stage.openByServer), \(openDescriptors(besides: before))")
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func atRandomMoments(_ seed: UInt64) async {
    await #expect(processExitsWith: .success, "replay with seed \(seed)") { [seed] in
      var random = SplitMix64(state: seed)
      let stage = Stage()
      let before = openDescriptors()
      do {
        let transport = try CurlTransport(userAgent: "tests/1", connectionsPerHost: 2)
        for _ in 0..<40 {
          let tasks = (0..<Int.random(in: 1...8, using: &random)).map { _ in
            stage.start(Stage.Phase.allCases.randomElement(using: &random) ?? .tls, transport)
          }
          for _ in 0..<Int.random(in: 0...300, using: &random) { await Task.yield() }
          for task in tasks.shuffled(using: &random) {
            for _ in 0..<Int.random(in: 0...5, using: &random) { await Task.yield() }
            task.cancel()
          }
          for task in tasks {
            let error = await task.result.failure as? TransportError
            #expect(
              error == nil || error?.kind == .cancelled || error?.kind == .unresolved, "seed \(seed): \(error as Any)")
          }
        }
        await transport.closeIdleConnections()
        let census = await transport.census
        #expect(await eventually { await transport.census == Census() }, "seed \(seed) \(census)")
      }
      stage.end()
      let isClean = await eventually { stage.open == 0 && openDescriptors(besides: before).isEmpty }
      #expect(isClean, "seed \(seed): \(stage.openByServer), \(openDescriptors(besides: before))")
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    guard case .failure(let error) = self else { return nil }
    return error
  }
}

struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

/// The descriptors of this process and what they are: `socket:[4711]`. Not those of timers, which the Swift runtime opens at
/// its first sleeps and keeps.
private func openDescriptors(besides known: [Int32: String] = [:]) -> [Int32: String] {
  var found: [Int32: String] = [:]
  for descriptor in 0..<Int32(1024) {
    var target = [CChar](repeating: 0, count: 256)
    let count = readlink("/proc/self/fd/\(descriptor)", &target, target.count)
    guard count > 0 else { continue }
    let text = String(decoding: target.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    if text != "anon_inode:[timerfd]", known[descriptor] != text { found[descriptor] = text }
  }
  return found
}
