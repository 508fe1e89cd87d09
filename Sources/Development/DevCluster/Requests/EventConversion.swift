// SPDX-License-Identifier: Apache-2.0

import JSON

/// Events are one thing in two groups, under different names (`pkg/apis/events/v1/conversion.go`).
enum EventConversion {
  private static let names = [
    ("note", "message"), ("regarding", "involvedObject"), ("reportingController", "reportingComponent"),
    ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count"),
  ]

  static func convert(_ event: JSONValue, to apiVersion: String) -> JSONValue {
    let toCore = apiVersion == "v1"
    var converted = event
    converted["apiVersion"] = .string(apiVersion)
    for (new, core) in names {
      let (source, target) = toCore ? (new, core) : (core, new)
      guard let value = event[source] else { continue }
      converted[source] = nil
      converted[target] = value
    }
    return converted
  }
}
