// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Testing

@testable import ObservabilityController

/// What a Secret with certificate authorities may hold.
@Suite struct CertificateAuthoritiesTests {
  /// Made by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=tests`; its key is gone.
  static let pem = """
    -----BEGIN CERTIFICATE-----
    MIIBdzCCAR2gAwIBAgIUYPHXQ6ifl2uiw/gEvl885GBWZEgwCgYIKoZIzj0EAwIw
    EDEOMAwGA1UEAwwFdGVzdHMwIBcNMjYxMTI5MTMxMDEyWhgPMjEyNjExMDUxMzEw
    MTJaMBAxDjAMBgNVBAMMBXRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
    QJ2sPNdqPL5dvkR/XSi+ukYHRG0xOsIigZV2hfumEnoQIlgUOaymtq1CN8tMYVIX
    23LtmAON5p56x7B/QXxo06NTMFEwHQYDVR0OBBYEFOP55WGmbAoKfnD6jB2C7KKe
    8d26MB8GA1UdIwQYMBaAFOP55WGmbAoKfnD6jB2C7KKe8d26MA8GA1UdEwEB/wQF
    MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgaVGPQXFY1dPwoLozKMf6gomg5rTAx8+s
    gyUHnXYrn2wCIQCBPRUv8gYc+lSYrvE3mJSJ1no8v+Npkzy6SwiQs0KomQ==
    -----END CERTIFICATE-----

    """

  static let der = Base64.decode(pem.split(separator: "\n").dropFirst().dropLast().joined()) ?? []

  /// A block of that label around the certificate's body.
  static func labelled(_ label: String) -> String { pem.replacing("CERTIFICATE", with: label) }

  static let unreadable: [(name: String, value: [UInt8], words: String)] = [
    ("DER", der, "as DER: convert it to PEM"), ("a key", Array(labelled("PRIVATE KEY").utf8), "a private key"),
    ("an EC key", Array(labelled("EC PRIVATE KEY").utf8), "a private key"),
    ("a request", Array(labelled("CERTIFICATE REQUEST").utf8), "PEM of CERTIFICATE REQUEST"),
    ("what only OpenSSL reads", Array(labelled("TRUSTED CERTIFICATE").utf8), "PEM of TRUSTED CERTIFICATE"),
    (
      "a block with headers", Array(pem.replacing("E-----\nMII", with: "E-----\nA: b\n\nMII").utf8),
      "PEM of CERTIFICATE"
    ),
    ("junk", Array("junk".utf8), "holds no certificate"), ("one byte", [0], "holds no certificate"),
    ("no UTF-8", [0xFF, 0xFE, 0x2D], "holds no certificate"),
    ("line ends", Array("\n\r\n".utf8), "holds no certificate"),
    ("without its last line", Array(pem.prefix(400).utf8), "is cut"),
    ("cut inside", Array(pem.replacing("8d26MB8G", with: "").utf8), "damaged or cut"),
    ("a changed length", Array(pem.replacing("MIIBdz", with: "MIICdz").utf8), "damaged or cut"),
    ("no base64", Array(pem.replacing("MIIB", with: "M!IB").utf8), "damaged or cut"),
    ("another END", Array(pem.replacing("END CERTIFICATE", with: "END PRIVATE KEY").utf8), "is cut"),
    ("BEGIN twice", Array(("-----BEGIN CERTIFICATE-----\n" + pem).utf8), "is cut"),
    ("a good and a cut one", Array((pem + pem.prefix(200)).utf8), "is cut"),
    ("an empty block", Array("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n".utf8), "damaged or cut"),
    ("a megabyte", [UInt8](repeating: 0x30, count: 1 << 20), "holds no certificate"),
    ("a megabyte of BEGIN", Array(String(repeating: "-----BEGIN X-----\n", count: 60_000).utf8), "is cut"),
    ("indented", Array((" " + pem.replacing("\n", with: "\n ")).utf8), "indented, joined"),
    ("only BEGIN indented", Array((" " + pem).utf8), "indented, joined"),
    ("only END indented", Array(pem.replacing("-----END", with: " -----END").utf8), "is cut"),
    ("after a byte order mark", Array(("\u{FEFF}" + pem).utf8), "byte order mark"),
    ("line ends of CR alone", Array(pem.replacing("\n", with: "\r").utf8), "indented, joined"),
    ("on one line", Array(pem.replacing("\n", with: " ").utf8), "indented, joined"),
    ("controls", Array(labelled("\u{1B}[2J\u{202E}").utf8), "PEM of [2J"),
  ]

  @Test("What the agent could not read is named", arguments: unreadable)
  func isNamed(_ example: (name: String, value: [UInt8], words: String)) {
    let error = #expect(throws: CertificateAuthorities.Unreadable.self) { try CertificateAuthorities(example.value) }
    let text = error?.description ?? ""
    #expect(text.contains(example.words), "\(example.name): \(text)")
    #expect(text.utf8.count < 200 && !text.contains("MII"))
  }

  @Test(
    "Line ends, comments and white space make no difference",
    arguments: [
      pem, pem.replacing("\n", with: "\r\n"), String(pem.dropLast()), "# our authority\n" + pem + "\n\n",
      pem.replacing("\n", with: " \n"), "subject=CN = tests\nissuer: x\n" + pem,
    ])
  func isTheSame(_ text: String) throws {
    #expect(try CertificateAuthorities(Array(text.utf8)).certificates == [Self.der])
  }

  @Test("Several certificates are read in order, and a key beside them is passed over")
  func severalAreRead() throws {
    let text = Self.pem + Self.labelled("PRIVATE KEY") + Self.pem
    #expect(try CertificateAuthorities(Array(text.utf8)).certificates == [Self.der, Self.der])
  }
}
