// SPDX-License-Identifier: Apache-2.0

import JSON

/// The exchanges that are known to differ, with the reasons.
public struct Exclusions: Sendable {
  /// How many there may be.
  public static let most = 20

  /// The reason of each, by what the exchange shows.
  public let reasons: [String: String]

  /// Reads the list beside the recordings.
  ///
  /// - Throws: ``ReplayError`` for an entry without a reason, one that stands twice, or too many.
  public init() throws(ReplayError) { try self.init(try ConformanceFiles.list("exclusions.yaml")) }

  init(_ entries: [JSONValue]) throws(ReplayError) {
    var reasons: [String: String] = [:]
    for entry in entries {
      guard let exchange = entry["exchange"]?.string, let reason = entry["reason"]?.string, !reason.isEmpty else {
        throw ReplayError("exclusions.yaml: an entry needs exchange and reason: \(JSONWriter.text(entry))")
      }
      guard reasons.updateValue(reason, forKey: exchange) == nil else {
        throw ReplayError("exclusions.yaml: \"\(exchange)\" stands there twice")
      }
    }
    guard reasons.count <= Self.most else {
      throw ReplayError("exclusions.yaml: \(reasons.count) exclusions, at most \(Self.most) are allowed")
    }
    self.reasons = reasons
  }

  /// Refuses an exclusion of an exchange that is not recorded.
  func check(_ exchanges: [Exchange]) throws(ReplayError) {
    let steps = Set(exchanges.map(\.step))
    for exchange in reasons.keys.sorted() where !steps.contains(exchange) {
      throw ReplayError("exclusions.yaml: no recorded exchange is called \"\(exchange)\"")
    }
  }
}
