// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Says each warning of the API server once, however often the server repeats it:
///
/// ```swift
/// let warnings = DeduplicatedWarnings { logger.warning("API server warns", metadata: ["warning": "\($0)"]) }
/// let options = KubernetesClient.Options(userAgent: "example/1.0", onWarning: warnings.say)
/// ```
public final class DeduplicatedWarnings: Sendable {
  /// How many texts are remembered; further ones are not said, lest a server that words each anew fill log and memory.
  public static let limit = 256

  private let seen = Mutex<Set<String>>([])
  private let tell: @Sendable (String) -> Void

  /// - Parameter tell: called once for each text, on whatever task made the request.
  public init(_ tell: @escaping @Sendable (String) -> Void) {
    self.tell = tell
  }

  /// Says the warning unless it was said before.
  @Sendable public func say(_ warning: String) {
    if seen.withLock({ $0.count < Self.limit && $0.insert(warning).inserted }) { tell(warning) }
  }
}
