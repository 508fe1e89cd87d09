// SPDX-License-Identifier: Apache-2.0

import CleanText
import KubernetesCore

/// The certificates of a Secret, read as the agent reads them.
///
/// The agent exits unless Go's `x509.CertPool.AppendCertsFromPEM` finds a certificate: it takes blocks labelled
/// `CERTIFICATE` without headers, and skips everything else. A BEGIN or END counts only at the start of a line, which a line
/// feed ends (`encoding/pem`, `Decode`). libcurl accepts more, so it is not asked.
struct CertificateAuthorities: Hashable, Sendable {
  /// Each certificate in DER, in the order of the text. What is equal here means the same to the agent: line ends, comments
  /// and white space make no difference.
  let certificates: [[UInt8]]

  /// Reads the value of a Secret's key.
  ///
  /// - Throws: ``Unreadable``, whose text is a phrase about the value with the remedy, and holds nothing of it.
  init(_ bytes: [UInt8]) throws(Unreadable) {
    var certificates: [[UInt8]] = []
    var others: Set<String> = []
    var block: (label: String, body: [UInt8], hasHeaders: Bool)?
    for line in bytes.split(separator: 0x0A).map(Self.trimmed) {
      let text = String(decoding: line.prefix(128), as: UTF8.self)
      if let label = Self.label(text, after: "-----BEGIN ") {
        guard block == nil else { throw .cut }
        block = (label, [], false)
      } else if let label = Self.label(text, after: "-----END ") {
        guard let open = block else {
          throw certificates.isEmpty && others.isEmpty ? Self.misplaced(in: bytes) ?? .cut : .cut
        }
        guard open.label == label else { throw .cut }
        block = nil
        guard label == "CERTIFICATE", !open.hasHeaders else {
          others.insert(label)
          continue
        }
        guard let der = Base64.decode(String(decoding: open.body, as: UTF8.self)), Self.isCertificate(der) else {
          throw Unreadable(
            "holds a certificate (number \(certificates.count + 1)) that is damaged or cut: copy it again, whole")
        }
        certificates.append(der)
      } else if block != nil {
        if line.contains(UInt8(ascii: ":")) { block?.hasHeaders = true }
        block?.body += line
      }
    }
    guard block == nil else { throw .cut }
    guard !certificates.isEmpty else { throw Self.nothing(in: bytes, others) }
    self.certificates = certificates
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let last = line.lastIndex(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { return [] }
    return line[...last]
  }

  private static func nothing(in bytes: [UInt8], _ others: Set<String>) -> Unreadable {
    if others.contains(where: { $0.hasSuffix("PRIVATE KEY") }) {
      return Unreadable("holds a private key and no certificate: put the authority's certificate there, never its key")
    }
    if let label = others.min() {
      return Unreadable(
        "holds PEM of \(label.cleaned(bytes: 64)), not of CERTIFICATE: put the authority's certificate there")
    }
    if let misplaced = misplaced(in: bytes) { return misplaced }
    if isCertificate(bytes) {
      return Unreadable("holds a certificate as DER: convert it to PEM with openssl x509 -inform der -outform pem")
    }
    return Unreadable("holds no certificate: it must be PEM, with -----BEGIN CERTIFICATE-----")
  }

  /// Why a BEGIN that the value holds does not begin a line; nil if it holds none.
  private static func misplaced(in bytes: [UInt8]) -> Unreadable? {
    guard String(decoding: bytes, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") else { return nil }
    return bytes.starts(with: [0xEF, 0xBB, 0xBF])
      ? Unreadable("begins with a byte order mark, as some editors write it: write the Secret again without it")
      : Unreadable("holds a certificate with lines that are indented, joined or end in CR alone: copy it line by line")
  }

  private static func label(_ line: String, after mark: String) -> String? {
    guard line.hasPrefix(mark), line.hasSuffix("-----"), line.utf8.count >= mark.utf8.count + 5 else { return nil }
    return String(line.dropFirst(mark.count).dropLast(5))
  }

  /// Whether the bytes are a SEQUENCE of exactly a SEQUENCE, a SEQUENCE and a BIT STRING (RFC 5280, section 4.1).
  private static func isCertificate(_ bytes: [UInt8]) -> Bool {
    guard let outer = element(0x30, in: bytes[...]), outer.rest.isEmpty, let body = element(0x30, in: outer.content),
      let algorithm = element(0x30, in: body.rest), let signature = element(0x03, in: algorithm.rest)
    else { return false }
    return signature.rest.isEmpty && !body.content.isEmpty
  }

  /// The first element in DER (X.690, section 8.1), if it has that tag and is complete.
  private static func element(
    _ tag: UInt8, in bytes: ArraySlice<UInt8>
  ) -> (content: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
    guard bytes.first == tag, let first = bytes.dropFirst().first else { return nil }
    var rest = bytes.dropFirst(2)
    var length = Int(first)
    if first >= 0x80 {
      let count = Int(first & 0x7F)
      // No Secret holds what needs more than three bytes for its length.
      guard 1...3 ~= count, rest.count >= count else { return nil }
      length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(count)
    }
    guard rest.count >= length else { return nil }
    return (rest.prefix(length), rest.dropFirst(length))
  }

  /// Why a value holds no certificate authorities.
  struct Unreadable: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    static let cut = Unreadable("holds PEM that is cut: a BEGIN line has no END line of its kind: copy it again, whole")
  }
}
