// SPDX-License-Identifier: Apache-2.0

/// The head of a response to a request that accepts gzip.
enum ContentCoding {
  /// The head as it is handed on: libcurl decodes the body, so the fields that speak of the encoded one go.
  ///
  /// - Throws: ``HeadParser/Refusal`` if the body is encoded in another way, or more than once. libcurl would decode
  ///   `br`, `zstd` and several layers unasked, and each layer multiplies what a small body may become.
  static func decoded(_ head: Transfer.Head) throws(HeadParser.Refusal) -> Transfer.Head {
    let codings = head.headers.filter { $0.name.lowercased() == "content-encoding" }
      .flatMap { $0.value.lowercased().split(whereSeparator: { ", \t".contains($0) }) }.filter { $0 != "identity" }
    guard !codings.isEmpty else { return head }
    guard codings.count == 1, codings[0] == "gzip" || codings[0] == "x-gzip" else {
      let names = codings.joined(separator: ", ")
      throw HeadParser.Refusal(kind: .broken, cause: "its body is encoded as \(names), only gzip was asked for")
    }
    let gone = ["content-encoding", "content-length"]
    return (head.status, head.headers.filter { !gone.contains($0.name.lowercased()) })
  }
}
