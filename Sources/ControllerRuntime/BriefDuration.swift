// SPDX-License-Identifier: Apache-2.0

extension Duration {
  /// The duration as a person would say it, in the largest unit that fits: `5ms`, `4.1s`, `2m`, `1h`.
  public var brief: String {
    let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow else { return "\(components.seconds / 3600)h" }
    let milliseconds = whole &+ components.attoseconds / 1_000_000_000_000_000
    switch milliseconds {
    case ..<1000: return "\(milliseconds)ms"
    case ..<60_000: return milliseconds % 1000 < 100 ? "\(milliseconds / 1000)s" : "\(tenths(milliseconds, of: 1000))s"
    case ..<3_600_000: return "\(milliseconds / 60_000)m"
    default: return "\(milliseconds / 3_600_000)h"
    }
  }

  private func tenths(_ value: Int64, of unit: Int64) -> String {
    "\(value / unit).\(value % unit * 10 / unit)"
  }
}
