// SPDX-License-Identifier: Apache-2.0

import Backends
import Glibc
import HTTPTransport
import LocalServers
import ServiceLifecycle

/// A ClickHouse server with the user of the samples, on loopback and with its data in a scratch folder.
struct RealClickHouse: Service {
  /// Why it cannot be used.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A user that the server knows: that of the samples and of the Secret in `.ci/signals.yaml`.
  static let user = "coroot"
  static let password = "not-a-secret"

  /// The loopback port of its HTTP interface.
  let httpPort: UInt16
  /// What it says its version is.
  let version: ClickHouseVersion
  private let process: ChildProcess

  /// The program, as the PATH leads to it, or at Debian's place, which is on the PATH of root alone; nil if it is not
  /// installed.
  static func find() -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return (path.split(separator: ":").map(String.init) + ["/usr/sbin"]).map { $0 + "/clickhouse-server" }
      .first { access($0, X_OK) == 0 }
  }

  /// Starts it, waits until it answers, and asks for its version: not every release tells it on the command line.
  ///
  /// - Throws: ``Failure`` or ``SystemFailure`` if it does not answer within the time, or is older than the operator
  ///   takes; then it does not run any more.
  static func start(_ binary: String, within limit: Duration = .seconds(20)) async throws -> RealClickHouse {
    let (http, native) = (try FreePort.find(), try FreePort.find())
    let process = try ChildProcess(name: "devcluster-clickhouse") { scratch in
      [
        "/bin/sh", "-ec", #"printf '%s' "$2" >"$1/config.xml"; exec "$0" --config-file="$1/config.xml""#, binary,
        scratch,
        configuration(folder: scratch, httpPort: http, nativePort: native),
      ]
    }
    do {
      let transport = try CurlTransport(userAgent: "devcluster")
      let answered = try await answer(of: process, port: http, over: transport, within: limit)
      await transport.shutdown()
      switch Release(answered) {
      case .taken(let version): return RealClickHouse(httpPort: http, version: version, process: process)
      case .refused(let why): throw Failure(description: why)
      }
    } catch {
      await process.end()
      throw error
    }
  }

  /// Ends it on a graceful shutdown.
  func run() async {
    // Told, or cancelled because another service failed: either way it is over.
    try? await gracefulShutdown()
    await process.end()
  }

  /// Whether a release is new enough for the operator, which would report an older one as unusable.
  enum Release: Hashable {
    case taken(ClickHouseVersion)
    /// In words, with what was found and what is asked for.
    case refused(String)

    /// - Parameter answered: what the server answered to `SELECT version()`.
    init(_ answered: String) {
      guard let version = ClickHouseVersion(answered) else {
        self = .refused("it does not tell its version, and the operator takes \(ClickHouseVersion.floor) or later")
        return
      }
      self =
        version < .floor
        ? .refused("it is version \(version), and the operator takes \(ClickHouseVersion.floor) or later")
        : .taken(version)
    }
  }

  /// The whole configuration, with one user, in one file. `yandex` is the root that every release takes.
  static func configuration(folder: String, httpPort: UInt16, nativePort: UInt16) -> String {
    """
    <yandex>
      <logger><level>error</level><console>1</console></logger>
      <listen_host>127.0.0.1</listen_host>
      <http_port>\(httpPort)</http_port><tcp_port>\(nativePort)</tcp_port>
      <path>\(folder)/data/</path><tmp_path>\(folder)/tmp/</tmp_path>
      <user_files_path>\(folder)/files/</user_files_path><format_schema_path>\(folder)/formats/</format_schema_path>
      <users_config>config.xml</users_config>
      <default_profile>default</default_profile><default_database>default</default_database>
      <mark_cache_size>16777216</mark_cache_size>
      <profiles><default></default></profiles>
      <quotas><default></default></quotas>
      <users><\(user)>
        <password>\(password)</password><networks><ip>127.0.0.1</ip></networks>
        <profile>default</profile><quota>default</quota>
      </\(user)></users>
    </yandex>
    """
  }

  private static func answer(
    of process: ChildProcess, port: UInt16, over transport: CurlTransport, within limit: Duration
  ) async throws -> String {
    let deadline = ContinuousClock.now + limit
    let second = Deadlines(connect: .seconds(1), total: .seconds(1), idle: .seconds(1))
    while true {
      let request = HTTPRequest(
        url: "http://127.0.0.1:\(port)/?query=SELECT%20version()",
        headers: [HTTPField("X-ClickHouse-User", user), HTTPField("X-ClickHouse-Key", password)], deadlines: second)
      if let response = try? await transport.send(request), let body = try? await response.body.collect() {
        let text = String(decoding: body.prefix(256), as: UTF8.self).filter { !$0.isNewline }
        guard response.status == 200 else { throw Failure(description: "it answers \(response.status): \(text)") }
        return text
      }
      if await process.hasEnded { throw Failure(description: "it ended: \(await process.lastLine)") }
      guard ContinuousClock.now < deadline else {
        throw Failure(description: "no answer at 127.0.0.1:\(port) within \(limit)")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
