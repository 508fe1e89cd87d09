// SPDX-License-Identifier: Apache-2.0

/// How many connections a transport may have, and how long it keeps those that nobody uses.
public struct ConnectionLimits: Hashable, Sendable {
  /// Ordinary requests to one host at a time; more wait their turn.
  public var perHost: Int
  /// Ordinary requests to all hosts at a time; more wait their turn.
  public var total: Int
  /// Requests with a connection of their own at a time; more are refused, since they may never end.
  public var own: Int
  /// Connections kept for one set of TLS options and proxy, counting those in use, when one is done with.
  public var kept: Int
  /// How long a connection is kept that nobody uses.
  public var keptFor: Duration

  /// Limits of your own; what is left out has its default.
  public init(
    perHost: Int = 4, total: Int = 128, own: Int = 256, kept: Int = 16, keptFor: Duration = .seconds(60)
  ) {
    self.perHost = max(1, perHost)
    self.total = max(1, total)
    self.own = max(1, own)
    self.kept = max(1, kept)
    self.keptFor = max(.seconds(1), keptFor)
  }
}
