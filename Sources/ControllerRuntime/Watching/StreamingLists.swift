// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Synchronization

/// Which types the server streams the list of (KEP-3157), found out once for each type and for all its reflectors.
///
/// The first reflector of a type tries; the others wait for what it finds, so that a server which does not stream is
/// asked just once.
final class StreamingLists: Sendable {
  private enum Verdict {
    case tried(by: ObjectIdentifier)
    case streams
    case refuses
  }

  private let verdicts = Mutex<[ResourceType: Verdict]>([:])
  private let changed = ChangeSignal()

  /// Whether that reflector may ask for a streamed list; waits while another finds out. False once the task is cancelled.
  func mayStream(_ type: ResourceType, _ reflector: AnyObject) async -> Bool {
    let id = ObjectIdentifier(reflector)
    var answer = false
    await changed.wait {
      let decided: Bool? = verdicts.withLock { verdicts in
        switch verdicts[type] {
        case nil:
          verdicts[type] = .tried(by: id)
          return true
        case .tried(let other): return other == id ? true : nil
        case .streams: return true
        case .refuses: return false
        }
      }
      answer = decided ?? false
      return decided != nil
    }
    return answer
  }

  /// A streamed list has come to its end.
  func streams(_ type: ResourceType) {
    settle { verdicts in
      if case .refuses? = verdicts[type] { return }
      verdicts[type] = .streams
    }
  }

  /// The server does not stream that type.
  func refuses(_ type: ResourceType) {
    settle { $0[type] = .refuses }
  }

  /// The reflector no longer tries. What it has not found out, another may.
  func stopped(_ type: ResourceType, _ reflector: AnyObject) {
    settle { verdicts in
      if case .tried(by: ObjectIdentifier(reflector))? = verdicts[type] { verdicts[type] = nil }
    }
  }

  private func settle(_ change: (inout [ResourceType: Verdict]) -> Void) {
    verdicts.withLock { change(&$0) }
    changed.notify()
  }
}
