// SPDX-License-Identifier: Apache-2.0

import CleanText
import HTTPTransport
import JSON

/// Statements to one ClickHouse over HTTP, each one POST.
struct ClickHouseSession {
  /// Why a statement has no result.
  enum Failure: Error {
    /// ClickHouse refused it; what that means depends on the statement.
    case exception(ClickHouseException)
    /// No answer in time, though a connection was made.
    case timedOut(cause: String)
    /// It ends the check.
    case verdict(ClickHouseVerdict)
  }

  /// How long a statement may take.
  struct Limits: Sendable {
    /// For one that reads: 5 s to connect, 10 s in all.
    var reading = Deadlines(connect: .seconds(5), total: .seconds(10), idle: .seconds(10))
    /// For one that changes something, which a cluster's hosts may take longer for: 30 s in all.
    var changing = Deadlines(connect: .seconds(5), total: .seconds(30), idle: .seconds(30))
    /// How long ClickHouse waits for the other hosts of a cluster, in seconds, so that it answers before `changing` ends.
    var clusterTimeout = 20
  }

  /// The longest answer that is read, in bytes: the clusters of some thousand hosts.
  static let bodyLimit = 1 << 20

  let access: ClickHouseAccess
  private let transport: any HTTPTransport
  private let login: [HTTPField]
  private let limits: Limits

  /// - Throws: the verdict on a login that cannot be sent.
  init(_ access: ClickHouseAccess, over transport: any HTTPTransport, limits: Limits) throws(Failure) {
    self.access = access
    self.transport = transport
    self.limits = limits
    do {
      login = try ClickHouseLogin.fields(user: access.user, password: access.password)
    } catch {
      let user = access.user.cleaned(bytes: 64)
      throw .verdict(.authenticationFailed(address: access.address, user: user, cause: error.cause))
    }
  }

  /// Sends a statement.
  ///
  /// - Parameters:
  ///   - database: the current database; nil for the user's own, which need not exist.
  ///   - changes: whether it changes something, so that it may take longer.
  ///   - onCluster: whether other hosts take part.
  func run(
    _ statement: String, database: String? = nil, changes: Bool = false, onCluster: Bool = false
  ) async throws(Failure) -> [JSONValue] {
    let request = request(statement, database: database, changes: changes, onCluster: onCluster)
    let answer: ClickHouseAnswer
    do {
      let response = try await transport.send(request)
      let body = try await response.body.collect()
      answer = ClickHouseAnswer(
        status: response.status, header: { response.header($0) }, body: body,
        secrets: [access.password] + login.filter { $0.name == "Authorization" }.map(\.value))
    } catch {
      throw failure(error)
    }
    switch answer {
    case .rows(let rows): return rows
    case .exception(let exception): throw .exception(exception)
    case .nativePort: throw .verdict(.notClickHouse(address: access.address, answered: "", isNativePort: true))
    case .busy(let answered): throw .verdict(.overloaded(address: access.address, answered: answered))
    case .foreign(let answered):
      throw .verdict(.notClickHouse(address: access.address, answered: answered, isNativePort: false))
    }
  }

  /// The request of a statement. The login stands in fields only: ClickHouse refuses one that is given twice. Whatever is
  /// no setting may be sent for a read-only user as well; `distributed_ddl_task_timeout` is one.
  func request(
    _ statement: String, database: String?, changes: Bool = false, onCluster: Bool = false
  ) -> HTTPRequest {
    var query = "wait_end_of_query=1&default_format=JSONEachRow"
    if let database { query += "&database=\(Self.encoded(database))" }
    if onCluster { query += "&distributed_ddl_task_timeout=\(limits.clusterTimeout)" }
    return HTTPRequest(
      method: "POST", url: "\(access.url)?\(query)",
      headers: login + [HTTPField("Content-Type", "text/plain; charset=UTF-8")], body: Array(statement.utf8),
      // What the collector, written in Go, refuses must not pass here.
      tls: TLSOptions(certificateAuthorities: access.certificateAuthorities, requiresAlternativeName: true),
      deadlines: changes ? limits.changing : limits.reading, bodyLimit: Self.bodyLimit, refusesLinkLocal: true)
  }

  private func failure(_ error: TransportError) -> Failure {
    let cause = error.cause.cleaned(bytes: 256)
    if error.kind == .tooLarge {
      let answered = "more than \(Self.bodyLimit) bytes"
      return .verdict(.notClickHouse(address: access.address, answered: answered, isNativePort: false))
    }
    if error.kind == .addressRefused { return .verdict(.addressRefused(address: access.address, cause: cause)) }
    if let fault = error.tlsFault {
      let hasAuthorities = access.certificateAuthorities != nil
      return .verdict(
        .tlsFailed(address: access.address, cause: cause, fault: fault, hasAuthorities: hasAuthorities))
    }
    if error.kind == .timedOut, [.send, .firstByte, .body].contains(error.phase) { return .timedOut(cause: cause) }
    return .verdict(.unreachable(address: access.address, cause: cause))
  }

  /// Percent-encoded for a query (RFC 3986, section 2.3).
  private static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { result, byte in
      let scalar = Unicode.Scalar(byte)
      if byte < 0x80,
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-._~".unicodeScalars.contains(scalar)
      {
        result.unicodeScalars.append(scalar)
      } else {
        result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}
