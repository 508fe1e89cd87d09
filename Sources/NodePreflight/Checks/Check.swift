// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// One thing that the agent needs of a node, or makes use of.
protocol Check: Sendable {
  /// Looks, and changes nothing.
  ///
  /// - Throws: ``HostError`` if it cannot be told whether the node has it.
  func look(at host: any HostAccess) throws(HostError) -> Finding
}

/// What a check found.
enum Finding: Hashable, Sendable {
  /// It is there.
  case present
  /// It is there, or the agent does without; worth a word.
  case note(String)
  /// The agent cannot do without it, and it is not there; the text tells what was seen.
  case lack(IneligibilityReason, String)
}
