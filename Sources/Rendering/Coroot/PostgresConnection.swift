// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI

/// The connection string of PostgreSQL, as lib/pq takes it.
///
/// The server logs a string that lib/pq refuses, with the password in it, and exits. So it is a URI in which every byte
/// of user, password and database that is not unreserved (RFC 3986, section 2.3) is percent-encoded: lib/pq parses it
/// with Go's `net/url` and refuses none of them (`ParseURL` in `url.go`). In the form of `key=value` pairs lib/pq takes
/// some Unicode spaces for separators and would need quoting of its own.
enum PostgresConnection {
  /// - Parameter authorities: the file of ``CorootInputs/Postgres/authorities`` in the container.
  static func text(_ postgres: CorootInputs.Postgres, authorities: String) -> String {
    var query = "sslmode=\(postgres.sslMode.rawValue)"
    // With other modes lib/pq would verify against the file although it was not asked to.
    let verifies = [.verifyAuthority, .verifyFull].contains(postgres.sslMode)
    if verifies, postgres.authorities != nil { query += "&sslrootcert=\(PercentEncoding.encode(authorities))" }
    // Coroot adds its own to a string without one, by which way depends on the release.
    query += "&connect_timeout=30"
    let login = "\(PercentEncoding.encode(postgres.user)):\(PercentEncoding.encode(postgres.password.text))"
    return "postgres://\(login)@\(postgres.host):\(postgres.port)/\(PercentEncoding.encode(postgres.database))?\(query)"
  }
}
