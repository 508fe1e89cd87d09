// SPDX-License-Identifier: Apache-2.0

/// Gathers a response's head from the lines that libcurl hands over.
struct HeadParser {
  /// Why a head is not accepted.
  struct Refusal: Error, Equatable {
    let kind: TransportError.Kind
    let cause: String
  }

  /// The most fields that are accepted.
  static let fieldLimit = 256
  /// The most bytes that are accepted, interim responses and trailers included.
  static let byteLimit = 64 << 10

  private var status = 0
  private var headers: [HTTPField] = []
  private var bytes = 0

  /// Takes one line, its line break included; yields the head after the empty line that ends it.
  ///
  /// Interim responses (1xx) are passed over.
  mutating func take(_ line: UnsafeBufferPointer<UInt8>) throws(Refusal) -> Transfer.Head? {
    try count(line)
    let text = Self.trimmed(line[...])
    if text.isEmpty { return (100..<200).contains(status) ? nil : (status, headers) }
    if text.starts(with: "HTTP/".utf8) {
      headers = []
      // libcurl has checked the line: `HTTP/1.1 200 OK`.
      status =
        Int(String(decoding: text.split(separator: UInt8(ascii: " ")).dropFirst().first ?? [], as: UTF8.self)) ?? 0
      return nil
    }
    guard headers.count < Self.fieldLimit else {
      throw Refusal(kind: .tooLarge, cause: "its head has more than the \(Self.fieldLimit) fields accepted")
    }
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    headers.append(
      HTTPField(
        String(decoding: text[..<colon], as: UTF8.self),
        String(decoding: Self.trimmed(text[(colon + 1)...]), as: UTF8.self)))
    return nil
  }

  /// Takes a line that follows the body. Nobody reads trailers, but they count.
  mutating func takeTrailer(_ line: UnsafeBufferPointer<UInt8>) throws(Refusal) { try count(line) }

  private mutating func count(_ line: UnsafeBufferPointer<UInt8>) throws(Refusal) {
    bytes += line.count
    guard bytes <= Self.byteLimit else {
      throw Refusal(kind: .tooLarge, cause: "its head is longer than the \(Self.byteLimit) bytes accepted")
    }
  }

  private static func trimmed(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>> {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a }
    var bytes = bytes.drop(while: isSpace)
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return bytes
  }
}

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
