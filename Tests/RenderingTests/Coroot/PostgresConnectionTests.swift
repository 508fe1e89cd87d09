// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI
import Testing

@testable import Rendering

/// The connection string, read back as Go's `net/url` and lib/pq's `ParseURL` read it.
@Suite struct PostgresConnectionTests {
  private struct Parsed: Equatable {
    var user: String?
    var password: String?
    var host: String?
    var port: String?
    var database: String?
    var options: [String: String] = [:]

    /// Nil for a text that holds anything but unreserved characters, escapes and the delimiters of a URI.
    init?(_ text: String) {
      guard text.hasPrefix("postgres://"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
      let rest = text.dropFirst("postgres://".count)
      let login = rest.split(separator: "@", omittingEmptySubsequences: false)
      guard login.count == 2 else { return nil }
      let names = login[0].split(separator: ":", omittingEmptySubsequences: false)
      let parts = login[1].split(separator: "?", omittingEmptySubsequences: false)
      guard names.count == 2, parts.count == 2 else { return nil }
      (user, password) = (PercentEncoding.decode(names[0]), PercentEncoding.decode(names[1]))
      let path = parts[0].split(separator: "/", omittingEmptySubsequences: false)
      guard path.count == 2, let colon = path[0].lastIndex(of: ":") else { return nil }
      host = String(path[0][..<colon])
      port = String(path[0][path[0].index(after: colon)...])
      database = PercentEncoding.decode(path[1])
      for option in parts[1].split(separator: "&", omittingEmptySubsequences: false) {
        let pair = option.split(separator: "=", omittingEmptySubsequences: false)
        guard pair.count == 2, let value = PercentEncoding.decode(pair[1]) else { return nil }
        options[String(pair[0])] = value
      }
    }
  }

  /// Every ASCII character but NUL, which no environment can hold.
  private static let everyASCII = String(decoding: (1...0x7f).map { UInt8($0) }, as: UTF8.self)

  static let awkward = [
    "hunter2", " ", " leading and trailing ", "a b", "it's", "\\", "'\\''", "\"quoted\"", "pass@host:1/db?x=y#z", "%",
    "%41", "%zz", "$HOME", "${COROOT_PROJECT_KEY}", "$$", "a=b sslmode=disable", "&sslmode=disable", "+", ";", "\n",
    "\t\r\n", "pass\u{a0}word\u{2003}", "größe", "пароль", "🔑", "e\u{301}", "]", "[::1]", ",", "postgres://",
    everyASCII,
  ]

  @Test("Any password and user survives", arguments: awkward)
  func anyPasswordSurvives(_ text: String) throws {
    let postgres = CorootInputs.Postgres.test(database: text, user: text, password: text)
    let parsed = try #require(Parsed(PostgresConnection.text(postgres, authorities: "/ca")))
    #expect(parsed.user?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
    #expect(parsed.password?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
    #expect(parsed.database?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
    #expect(parsed.host == "postgres-rw.tenant-root.svc" && parsed.port == "5432")
    #expect(parsed.options == ["sslmode": "require", "connect_timeout": "30"])
  }

  @Test(
    "Every mode is passed on, and authorities only where they are checked", arguments: Coroot.Postgres.SSLMode.allCases)
  func modesArePassedOn(_ mode: Coroot.Postgres.SSLMode) throws {
    var postgres = CorootInputs.Postgres.test(host: "[2001:db8::1]", password: "a")
    (postgres.sslMode, postgres.authorities) = (mode, GatewayInputs.pem)
    let parsed = try #require(Parsed(PostgresConnection.text(postgres, authorities: "/etc/coroot/postgres-ca.crt")))
    #expect(parsed.host == "[2001:db8::1]" && parsed.options["sslmode"] == mode.rawValue)
    let verifies = mode == .verifyAuthority || mode == .verifyFull
    #expect(parsed.options["sslrootcert"] == (verifies ? "/etc/coroot/postgres-ca.crt" : nil))
    postgres.authorities = nil
    #expect(try #require(Parsed(PostgresConnection.text(postgres, authorities: "/ca"))).options["sslrootcert"] == nil)
  }

  @Test("The string is in the Secret, and its certificates beside it") func theStringIsInTheSecret() throws {
    let fixture = CorootFixture("shared", .shared) { $0.coroot.replicas = 3 }
    let parsed = try #require(Parsed(fixture.secret("postgres")))
    #expect(parsed.password == "it's {\"me\"} & $HOME @ /?#%")
    #expect(parsed.options["sslrootcert"] == "/etc/coroot/postgres-ca.crt")
    #expect(try fixture.secret("postgres-ca.crt") == String(decoding: GatewayInputs.pem, as: UTF8.self))
    #expect("\(fixture.inputs)".contains("it's") == false)
  }
}
