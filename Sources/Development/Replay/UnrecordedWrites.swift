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
    try self.init(try ConformanceFiles.list("unrecorded.yaml"), for: exchanges)
  }

  /// - Throws: as above.
  init(_ entries: [JSONValue], for exchanges: [Exchange]) throws(ReplayError) {
    let steps = Dictionary(exchanges.map { ($0.step, $0) }, uniquingKeysWith: { first, _ in first })
    for entry in entries {
      guard let step = entry["before"]?.string else {
        throw ReplayError("unrecorded.yaml: an entry needs before: \(JSONWriter.text(entry).prefix(80))")
      }
      guard let exchange = steps[step] else {
        throw ReplayError("unrecorded.yaml: no recorded exchange is called \"\(step)\"")
      }
      writes[step] = Writes(
        first: try Self.requests(entry["first"], exchange), meanwhile: try Self.requests(entry["while"], exchange))
    }
  }

  subscript(exchange: Exchange) -> Writes { writes[exchange.step] ?? Writes() }

  private static func requests(_ list: JSONValue?, _ exchange: Exchange) throws(ReplayError) -> [APIRequest] {
    var requests: [APIRequest] = []
    for write in list?.array ?? [] {
      guard let method = write["method"]?.string, let path = write["path"]?.string else {
        throw ReplayError("unrecorded.yaml: a write needs method and path: \(JSONWriter.text(write))")
      }
      let type = write["type"]?.string ?? "application/json"
      let body = try body(of: write, exchange).map { JSONWriter.bytes($0, order: .asGiven) } ?? []
      requests.append(APIRequest(method, path, headers: [("Content-Type", type)], body: body))
    }
    return requests
  }

  /// The body as it is written out, with the parts that the exchange itself has.
  private static func body(of write: JSONValue, _ exchange: Exchange) throws(ReplayError) -> JSONValue? {
    var body = write["body"]
    var answer = JSONValue.null
    if case .body(let value) = exchange.answer { answer = value }
    for (key, source) in [("sent", exchange.body), ("answered", answer)] {
      for path in (write[key]?.array ?? []).compactMap(\.string) {
        let steps = path.split(separator: ".").map(String.init)
        guard let part = steps.reduce(Optional(source), { $0?[$1] }) else {
          throw ReplayError("unrecorded.yaml: \"\(exchange.step)\" has no \(path) to take")
        }
        body = (body ?? [:]).setting(part, at: steps[...])
      }
    }
    return body
  }
}

extension JSONValue {
  fileprivate func setting(_ part: JSONValue, at path: ArraySlice<String>) -> JSONValue {
    guard let name = path.first else { return part }
    var result = self
    result[name] = (self[name] ?? [:]).setting(part, at: path.dropFirst())
    return result
  }
}
