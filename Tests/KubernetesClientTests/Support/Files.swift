// SPDX-License-Identifier: Apache-2.0

@testable import KubernetesClient

/// Files that exist only in a test.
enum Files {
  static let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
  static let key = "-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n"

  static func reader(_ files: [String: String]) -> FileReader {
    { path throws(FileProblem) in
      guard let text = files[path] else { throw FileProblem(cause: "no such file") }
      return Array(text.utf8)
    }
  }
}
