// SPDX-License-Identifier: Apache-2.0

import JSON

/// Which part of a list is wanted, and of which revision.
struct ListPage {
  var limit: Int?
  /// The last object of the page before.
  var start: ObjectKey?
  var revision: Int64

  /// - Throws: 400 for a token or a version that cannot be read; 504 for a version that does not exist yet.
  init(_ request: APIRequest, current: Int64) throws(APIStatus) {
    limit = request.parameter("limit").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    revision = current
    if let token = request.parameter("continue"), !token.isEmpty {
      try read(token, current: current)
      guard ["", "0"].contains(request.parameter("resourceVersion") ?? "") else {
        throw .badRequest("specifying resource version is not allowed when using continue")
      }
    } else if let text = request.parameter("resourceVersion"), !text.isEmpty, text != "0" {
      guard let wanted = Int64(text), wanted >= 0 else {
        throw .badRequest("resourceVersion: Invalid value: \"\(text)\": invalid syntax")
      }
      guard wanted <= current else {
        throw .tooLarge(wanted, current: current)
      }
      if request.parameter("resourceVersionMatch") == "Exact" { revision = wanted }
    }
  }

  /// The token of `k8s.io/apiserver/pkg/storage/continue.go`.
  var token: String {
    let start = self.start.map { "\($0.namespace)/\($0.name)\0" } ?? ""
    return Base64URL.encode(
      JSONWriter.bytes(
        ["v": "meta.k8s.io/v1", "rv": .integer(revision), "start": .string("/" + start)], order: .asGiven))
  }

  /// The 410 for a page of a moment that is forgotten. The token in it goes on from the same place, as things are now.
  ///
  /// Source: `apiserver/pkg/storage/etcd3/errors.go`.
  var expired: APIStatus {
    guard start != nil else { return .expired("The resourceVersion for the provided list is too old.") }
    var rest = self
    rest.revision = Self.whateverIsNow
    var status = APIStatus.expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        + "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
        + "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        + "modified, or deleted between the time the first chunk was returned and now may show up in the list.")
    status.continuation = rest.token
    return status
  }

  /// The revision in a token of a list that need not be consistent.
  private static let whateverIsNow: Int64 = -1

  private mutating func read(_ token: String, current: Int64) throws(APIStatus) {
    guard let bytes = Base64URL.decode(token) else {
      throw .badRequest("invalid continue token: continue key is not valid: illegal base64 data")
    }
    let value: JSONValue
    do {
      value = try JSONParser.parse(bytes)
    } catch {
      throw .badRequest(
        "invalid continue token: continue key is not valid: \(GoJSONError.message(bytes) ?? error.description)")
    }
    guard value["v"]?.string == "meta.k8s.io/v1", let revision = value["rv"]?.integer,
      let start = value["start"]?.string
    else {
      throw .badRequest("invalid continue token: continue key is not valid: incorrect encoded start resourceVersion")
    }
    self.revision = revision == Self.whateverIsNow ? current : revision
    let parts = start.dropFirst().split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw .badRequest("invalid continue token: continue key is not valid: \(start)") }
    self.start = ObjectKey(namespace: String(parts[0]), name: String(parts[1].filter { $0 != "\0" }))
  }
}

/// Base64 with the URL alphabet and without padding (RFC 4648, section 5).
enum Base64URL {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      output += (0...group.count).map { alphabet[word >> (18 - 6 * $0) & 0x3f] }
    }
    return String(decoding: output, as: UTF8.self)
  }

  static func decode(_ text: String) -> [UInt8]? {
    var output: [UInt8] = []
    var word = 0
    var bits = 0
    for byte in text.utf8 where byte != UInt8(ascii: "=") {
      guard let value = alphabet.firstIndex(of: byte) else { return nil }
      word = (word << 6 | value) & 0xffff
      bits += 6
      if bits >= 8 {
        bits -= 8
        output.append(UInt8(truncatingIfNeeded: word >> bits))
      }
    }
    return output
  }
}
