// SPDX-License-Identifier: Apache-2.0

import HTTPTransport

@testable import Backends

/// A real clickhouse-server (Debian has 18.16.1) with its own folder, users and ports.
struct ClickHouseProcess {
  /// The program; nil if it is not installed.
  static let binary = LocalServer.find("clickhouse-server")

  /// Passwords with everything that is awkward somewhere: quotes, `$`, XML, UTF-8, line breaks, edges, length.
  static let passwords = [
    "hunter2", #"a"b'c`d\e"#, "$HOME ${X} $$", "<&>#;%/?:@ x", "päss-€-😀-пароль", "a\nb", "a\n", " edge ", "tab\tbed",
    String(repeating: "0123456789abcdef", count: 64), "", "{1}${env:HOME}%41+",
  ]

  let httpPort: Int
  let nativePort: Int
  let tlsPort: Int
  private let server: LocalServer

  /// Prepares a server; `run` starts it, as often as wanted.
  init() async throws {
    let ports = try LocalServer.freePorts(3)
    (httpPort, nativePort, tlsPort) = (ports[0], ports[1], ports[2])
    server = try LocalServer()
    try await makeCertificates()
    try server.write(configuration, to: "config.xml")
    try server.write(Self.users, to: "users.xml")
  }

  /// The authority that signed the server's certificate, as PEM.
  var authority: [UInt8] { server.read("ca.crt") }

  /// Runs the body beside the server.
  func run(_ transport: any HTTPTransport, _ body: () async throws -> Void) async throws {
    let arguments = [Self.binary ?? "", "--config-file=\(server.folder)/config.xml"]
    try await server.run(arguments, pingAt: "http://127.0.0.1:\(httpPort)/", transport, body)
  }

  func access(user: String = "p0", password: String = passwords[0], port: Int? = nil) -> ClickHouseAccess {
    ClickHouseAccess(
      host: "127.0.0.1", httpPort: port ?? httpPort, nativePort: nativePort, isTLS: false, user: user,
      password: password, certificateAuthorities: nil)
  }

  private func makeCertificates() async throws {
    let script = """
      new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
      openssl req -x509 $new -keyout ca.key -out ca.crt -subj /CN=authority -days 2
      openssl req $new -keyout server.key -out server.csr -subj /CN=server
      echo subjectAltName=IP:127.0.0.1 > server.ext
      openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -set_serial 1 -out server.crt -days 2 -extfile server.ext
      """
    try await server.run(["/bin/sh", "-ec", script])
  }

  private var configuration: String {
    let folder = server.folder
    return """
      <yandex>
        <logger><level>none</level></logger>
        <listen_host>127.0.0.1</listen_host>
        <http_port>\(httpPort)</http_port><tcp_port>\(nativePort)</tcp_port><https_port>\(tlsPort)</https_port>
        <openSSL><server>
          <certificateFile>\(folder)/server.crt</certificateFile><privateKeyFile>\(folder)/server.key</privateKeyFile>
          <verificationMode>none</verificationMode><loadDefaultCAFile>false</loadDefaultCAFile>
        </server></openSSL>
        <path>\(folder)/data/</path><tmp_path>\(folder)/tmp/</tmp_path>
        <user_files_path>\(folder)/files/</user_files_path><format_schema_path>\(folder)/formats/</format_schema_path>
        <users_config>users.xml</users_config>
        <default_profile>default</default_profile><default_database>default</default_database>
        <mark_cache_size>16777216</mark_cache_size>
        <remote_servers><examples><shard><replica><host>127.0.0.1</host><port>\(nativePort)</port></replica></shard>
        </examples></remote_servers>
        <macros><shard>0</shard><replica>r0</replica></macros>
      </yandex>
      """
  }

  /// `p0` to `p11` have the passwords; `reader` may not write, and `limited` has no access to the database.
  private static var users: String {
    let users =
      passwords.enumerated().map { user("p\($0)", $1) } + [
        user("reader", "r", profile: "readonly"),
        user("limited", "l", more: "<allow_databases><database>other</database></allow_databases>"),
      ]
    return """
      <yandex>
        <profiles><default></default><readonly><readonly>1</readonly></readonly></profiles>
        <quotas><default></default></quotas>
        <users>\(users.joined())</users>
      </yandex>
      """
  }

  private static func user(_ name: String, _ password: String, profile: String = "default", more: String = "") -> String
  {
    let escaped = password.unicodeScalars.map { scalar in
      "<&>\"'\n\t ".unicodeScalars.contains(scalar) ? "&#\(scalar.value);" : String(scalar)
    }.joined()
    return "<\(name)><password>\(escaped)</password><networks><ip>::/0</ip></networks><profile>\(profile)</profile>"
      + "<quota>default</quota>\(more)</\(name)>\n"
  }
}
