// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Rendering

/// Whether a part can be rendered, and from what.
enum Resolution<Inputs: Sendable>: Sendable {
  /// Everything is known.
  case ready(Inputs)
  /// What the inputs ask for can be rendered, and the rest of the part waits: its children stay as they are. A finding
  /// says in `Ready` what for; without one the condition of a part that this one needs does.
  case partial(Inputs, Finding?)
  /// Something has not been read yet; the pass is repeated when it has.
  case pending
  /// Another part has to be resolved first; it says what is missing.
  case waiting(on: PartID)
  /// Something is missing or wrong, which the part's own condition says.
  case blocked(Finding)
  /// The object as a whole cannot be acted on until it, or another one, is changed.
  case stalled(Finding)
}

/// What the parts that a part needs have found.
struct Upstream: Sendable {
  private var inputs: [PartID: any Sendable] = [:]
  private var blocked: Set<PartID> = []

  init() {}

  /// What a part works from; nil as long as that is not known, or if the object does not want the part.
  subscript<P: Part>(_ part: P.Type) -> P.Inputs? { inputs[P.id] as? P.Inputs }

  /// Whether the part's own condition says why nothing is known; not one that is still being read.
  func isBlocked(_ part: PartID) -> Bool { blocked.contains(part) }

  mutating func add(_ part: PartID, _ inputs: (any Sendable)?, isBlocked: Bool = false) {
    self.inputs[part] = inputs
    if isBlocked { blocked.insert(part) }
  }
}
