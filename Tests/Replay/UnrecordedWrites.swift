// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON

/// The writes that happened beside the recorded exchanges.
struct UnrecordedWrites {
  /// The requests of one exchange.
  struct Writes {
    /// Sent before the exchange.
    var first: [APIRequest] = []
    /// Sent while its watch runs.
    var meanwhile: [APIRequest] = []
  }

  private var writes: [String: Writes] = [:]

  /// None: for exchanges that nothing happened beside.
  init() {}

  /// - Throws: ``ReplayError`` for an entry that names no exchange, or a write that is none.
  init(for exchanges: [Exchange]) throws(ReplayError) {
    let steps = Set(exchanges.map(\.step))
    for entry in try ConformanceFiles.list("unrecorded.yaml") {
      guard let step = entry["before"]?.string else {
        throw ReplayError("unrecorded.yaml: an entry needs before: \(JSONWriter.text(entry).prefix(80))")
      }
      guard steps.contains(step) else {
        throw ReplayError("unrecorded.yaml: no recorded exchange is called \"\(step)\"")
      }
      writes[step] = Writes(
        first: try Self.requests(entry["first"]), meanwhile: try Self.requests(entry["while"]))
    }
  }

  subscript(exchange: Exchange) -> Writes { writes[exchange.step] ?? Writes() }

  private static func requests(_ list: JSONValue?) throws(ReplayError) -> [APIRequest] {
    var requests: [APIRequest] = []
    for write in list?.array ?? [] {
      guard let method = write["method"]?.string, let path = write["path"]?.string else {
        throw ReplayError("unrecorded.yaml: a write needs method and path: \(JSONWriter.text(write))")
      }
      let type = write["type"]?.string ?? "application/json"
      let body = write["body"].map { JSONWriter.bytes($0) } ?? []
      requests.append(APIRequest(method, path, headers: [("Content-Type", type)], body: body))
    }
    return requests
  }
}
