// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// What a credential plugin told last, and whether it can still be used.
struct CredentialState: Sendable {
  /// How long before its end a credential is renewed, so that it does not end on the way.
  static let leeway: Int64 = 10

  private(set) var credential: PluginCredential?
  /// Counts the credentials, so that one can say which of them was refused.
  private(set) var generation = 0

  /// The credential, if it is good for a while.
  func fresh(now: Timestamp) -> PluginCredential? {
    credential.flatMap { Self.isGood($0, for: Self.leeway, now) ? $0 : nil }
  }

  /// The credential, if it is good at this moment: what to do with when no newer one can be had.
  func lastResort(now: Timestamp) -> PluginCredential? {
    credential.flatMap { Self.isGood($0, for: 0, now) ? $0 : nil }
  }

  /// The plugin has told. An answer that has ended already is kept, too: clocks differ, and the server decides.
  mutating func told(_ credential: PluginCredential) {
    self.credential = credential
    generation += 1
  }

  /// The server has refused the credential of that generation.
  mutating func refused(generation: Int) {
    if generation == self.generation { credential = nil }
  }

  private static func isGood(_ credential: PluginCredential, for seconds: Int64, _ now: Timestamp) -> Bool {
    credential.expiration.map {
      Timestamp(secondsSinceEpoch: now.secondsSinceEpoch + seconds, nanoseconds: now.nanoseconds) < $0
    } ?? true
  }
}
