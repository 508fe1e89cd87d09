// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON

/// Asks VictoriaMetrics whether it would take metrics and answer queries, without writing anything.
///
/// The write side is asked for the version of its remote-write protocol (`get_vm_proto_version`, answered by vminsert,
/// vmagent and the single node since 1.88), then for its health; the read side evaluates the query `1`.
///
/// Before 1.88 the question for the version is taken for a write without a body and answered with 400 and `cannot
/// decompress request with length 0: snappy: corrupt input`. A wrong path is answered with 400, too. So after 400 an
/// empty remote write tells the two apart: it holds no series, so nothing is stored, and only what takes metrics
/// accepts it (1.79.5 answers 204; a wrong path is 400, `unsupported path requested`).
public struct VictoriaMetricsCheck: Sendable {
  /// How long one request may take.
  public static let deadlines = Deadlines(connect: .seconds(5), total: .seconds(5), idle: .seconds(5))
  /// The longest answer that is read, in bytes.
  public static let bodyLimit = 64 << 10
  /// What follows the base of the query API.
  static let queryPath = "/api/v1/query"

  private let transport: any HTTPTransport

  /// A check over that transport.
  public init(transport: any HTTPTransport) {
    self.transport = transport
  }

  /// Asks both sides, the write side first, and stops at the first that is not as it should be.
  ///
  /// - Parameters:
  ///   - writeURL: where the agent writes, with whatever query it uses; nil if that side is not to be asked.
  ///   - readURL: the base of the query API, without `/api/v1`; nil if that side is not to be asked.
  ///   - credentials: for both sides; if nil, those that an address itself carries.
  ///   - ca: the certificate authorities to trust, as PEM; nil for the system's.
  public func run(
    writeURL: String?, readURL: String?, credentials: (username: String, password: String)?, ca: [UInt8]?
  ) async -> BackendVerdict {
    let given = credentials.map { BasicCredentials(username: $0.username, password: $0.password) }
    do {
      let write = try writeURL.map { url throws(Finding) in
        Exchange(side: .write, url: try parse(url, .write), credentials: given, ca: ca)
      }
      let read = try readURL.map { url throws(Finding) in
        Exchange(side: .read, url: try parse(url, .read), credentials: given, ca: ca)
      }
      if let write { try await askWriteSide(write) }
      if let read { try await askReadSide(read) }
      return .ready(version: nil)
    } catch {
      return error.verdict
    }
  }

  private func parse(_ text: String, _ side: BackendVerdict.Side) throws(Finding) -> BackendURL {
    do {
      return try BackendURL(text)
    } catch {
      throw Finding(.invalidURL(side, cause: error.description))
    }
  }

  private func askWriteSide(_ exchange: Exchange) async throws(Finding) {
    let url = exchange.url.adding(query: "get_vm_proto_version=1")
    let answer = try await exchange.get(url, over: transport)
    if answer.status == 400 {
      try await writeNothing(exchange)
    } else if answer.status != 200 || answer.text != "1" {
      throw exchange.unlike(url, answer)
    }
    // A proxy in front may not route /health, so only its "not now" counts.
    let health = try await exchange.get(exchange.url.replacing(path: "/health"), over: transport, mayRefuse: true)
    if health.status == 503 { throw exchange.unlike(url, health) }
  }

  /// Sends a remote write without series: one zero byte, which is snappy's block of length 0, the empty protobuf.
  ///
  /// https://prometheus.io/docs/specs/prw/remote_write_spec/ names the headers.
  private func writeNothing(_ exchange: Exchange) async throws(Finding) {
    let headers = [
      HTTPField("Content-Encoding", "snappy"), HTTPField("Content-Type", "application/x-protobuf"),
      HTTPField("X-Prometheus-Remote-Write-Version", "0.1.0"),
    ]
    let answer = try await exchange.post([0], headers: headers, to: exchange.url, over: transport)
    guard [200, 204].contains(answer.status) else { throw exchange.unlike(exchange.url, answer) }
  }

  private func askReadSide(_ exchange: Exchange) async throws(Finding) {
    let url = exchange.url.appending(path: Self.queryPath).adding(query: "query=1")
    let answer = try await exchange.get(url, over: transport)
    guard answer.status == 200, let value = try? JSONParser.parse(answer.body),
      value["status"]?.string == "success", value[path: "data", "resultType"]?.string != nil
    else { throw exchange.unlike(url, answer) }
  }
}

/// A verdict that ends the check.
struct Finding: Error {
  let verdict: BackendVerdict

  init(_ verdict: BackendVerdict) { self.verdict = verdict }
}
