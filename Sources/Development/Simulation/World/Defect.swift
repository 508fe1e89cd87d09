// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a controller on purpose, to show that a simulation notices: one at least for each thing that it
/// promises to.
public enum Defect: String, CaseIterable, Sendable {
  /// Takes a failure for a success, and so does not come back.
  case forgetsToRetry
  /// Prunes although not every child was applied, and takes those that were not for unwanted.
  case prunesAfterFailure
  /// Writes and deletes without asking first whether the object is still as its watch has told.
  case trustsItsView
  /// Works although another replica leads.
  case ignoresElection
  /// Looks at everything every few seconds, and notes the time in the status.
  case notesTheTime
  /// Gives a key back before the work on it has ended.
  case givesBackEarly
  /// Opens a watch that it does not end.
  case leavesAWatch
}
