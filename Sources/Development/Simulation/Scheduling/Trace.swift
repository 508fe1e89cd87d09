// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What happened, step by step: the last steps as text, all of them as one number.
final class Trace: Sendable {
  private struct State {
    // FNV-1a (Fowler, Noll, Vo), 64 bits.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var last: [String] = []
    var count = 0
  }

  private let state = Mutex(State())
  private let memory: Int

  /// A trace that keeps so many steps as text.
  init(memory: Int) { self.memory = memory }

  /// The number of all steps so far; the same steps in the same order have the same.
  var hash: UInt64 { state.withLock { $0.hash } }
  /// The last steps.
  var last: [String] { state.withLock { Array($0.last.suffix(memory)) } }

  /// Notes a step.
  func note(_ step: String) {
    state.withLock { state in
      for byte in step.utf8 {
        state.hash = (state.hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
      }
      state.count += 1
      state.last.append(step)
      if state.last.count > 2 * memory + 64 { state.last.removeFirst(state.last.count - memory) }
    }
  }
}
