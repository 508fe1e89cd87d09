// SPDX-License-Identifier: Apache-2.0

import CleanText

/// How one check went, from the best to the worst.
package enum CheckOutcome: String, CaseIterable, Hashable, Sendable {
  /// As it should be.
  case ok
  /// Not checked, since the object does not ask for it or nothing can be said yet.
  case skipped
  /// Works, or is on its way; somebody should know of it.
  case warning
  /// It could not be read whether it is right.
  case unknown
  /// Wrong.
  case fault
}

/// What a check is about, in the order in which checks are printed.
package enum CheckTopic: String, CaseIterable, Hashable, Sendable {
  case cluster
  case `operator`
  case object
  case namespace
  case rights
  case nodes
  case agents
  case backends
  case volumes
  case dashboards
}

/// One thing that was checked.
package struct CheckItem: Hashable, Sendable {
  /// The longest message and the longest remedy, in bytes: those of conditions fit in whole.
  static let longest = 1400

  /// What it is about.
  package let topic: CheckTopic
  /// The object that it is about; nil if it is about the cluster.
  package let object: String?
  /// How it went.
  package let outcome: CheckOutcome
  /// What is so, on one line.
  package let message: String
  /// The command or the field that mends it, on one line; nil if nothing is to be done, or the message says it.
  package let remedy: String?

  /// An item whose texts are cleaned: they may come from the cluster.
  init(
    _ topic: CheckTopic, _ outcome: CheckOutcome, _ message: String, remedy: String? = nil, object: String? = nil
  ) {
    self.topic = topic
    self.object = object
    self.outcome = outcome
    self.message = message.cleaned(bytes: Self.longest)
    self.remedy = remedy.flatMap { $0.isEmpty ? nil : $0.cleaned(bytes: Self.longest) }
  }
}
