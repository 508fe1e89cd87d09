// SPDX-License-Identifier: Apache-2.0

/// What a number means, by the identifier that Grafana formats it with (`@grafana/data`, `valueFormats/categories.ts`).
public enum PanelUnit: String, CaseIterable, Hashable, Sendable {
  /// A plain number, shortened: 1.2 K.
  case short
  /// A number without a unit, as it is.
  case none
  /// Requests a second.
  case requestsPerSecond = "reqps"
  /// Operations a second.
  case operationsPerSecond = "ops"
  /// A ratio from 0 to 1, shown as a percentage.
  case ratio = "percentunit"
  /// A percentage from 0 to 100.
  case percent
  /// Seconds.
  case seconds = "s"
  /// Bytes, with binary prefixes.
  case bytes
  /// Bytes a second, with binary prefixes.
  case bytesPerSecond = "binBps"
  /// Packets a second.
  case packetsPerSecond = "pps"
  /// Degrees Celsius.
  case celsius
  /// Watts.
  case watts = "watt"
}
