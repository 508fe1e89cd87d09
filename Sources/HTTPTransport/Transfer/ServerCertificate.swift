// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The certificate that a server showed, as far as libcurl tells of it.
struct ServerCertificate {
  /// `Name:value`, one for each field and extension.
  private let fields: [String]

  /// - Returns: nil if the transfer had no handshake of its own: its connection was kept alive, and a request with the
  ///   same TLS options has looked at the certificate.
  init?(_ easy: UnsafeMutableRawPointer) {
    guard let chain = ccurl_get_certificates(easy)?.pointee, chain.num_of_certs > 0 else { return nil }
    var fields: [String] = []
    var next = chain.certinfo[0]
    while let field = next?.pointee {
      if let data = field.data { fields.append(String(cString: data)) }
      next = field.next
    }
    self.init(fields)
  }

  init(_ fields: [String]) { self.fields = fields }

  /// Whether it names hosts where RFC 6125 wants them named, and not in its common name only.
  ///
  /// The name of the field and the form of its value are OpenSSL's: `X509v3 Subject Alternative Name:DNS:a, IP Address:b`.
  var hasAlternativeName: Bool {
    let name = "X509v3 Subject Alternative Name:"
    return fields.contains { field in
      field.hasPrefix(name)
        && field.dropFirst(name.count).split(separator: ",").contains { entry in
          let entry = entry.drop { $0.isWhitespace }
          return entry.hasPrefix("DNS:") || entry.hasPrefix("IP Address:")
        }
    }
  }
}
