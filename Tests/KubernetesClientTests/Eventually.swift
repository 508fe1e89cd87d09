// SPDX-License-Identifier: Apache-2.0

import Testing

/// Waits for a state that something else brings about, and fails if it does not come.
func eventually(
  _ what: Comment, within limit: Duration = .seconds(120), sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while !(await condition()) {
    try #require(ContinuousClock.now < end, what, sourceLocation: sourceLocation)
    try await Task.sleep(for: .milliseconds(1))
  }
}
