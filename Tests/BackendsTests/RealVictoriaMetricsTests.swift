// SPDX-License-Identifier: Apache-2.0

import Backends
import HTTPTransport
import LocalServers
import Testing

/// The check against a real VictoriaMetrics. Two single nodes with the paths of vminsert and vmselect stand for a
/// cluster.
@Suite(
  .enabled(
    if: VictoriaMetricsProcess.program != nil, "victoria-metrics is not installed (apt-get install victoria-metrics)"),
  .timeLimit(.minutes(2)))
struct RealVictoriaMetricsTests {
  private static let insert = "/insert/0/prometheus"
  private static let select = "/select/0/prometheus"

  private let transport: CurlTransport

  init() throws {
    transport = try CurlTransport(userAgent: "backends-tests")
  }

  private func check(write: String?, read: String?) async -> BackendVerdict {
    await VictoriaMetricsCheck(transport: transport).run(writeURL: write, readURL: read, credentials: nil, ca: nil)
  }

  @Test func findsItReadyAndWritesNothing() async throws {
    try await VictoriaMetricsProcess.with(prefix: Self.insert, transport) { insert in
      try await VictoriaMetricsProcess.with(prefix: Self.select, transport) { select in
        let verdict = await check(
          write: "http://\(insert.host)\(Self.insert)/api/v1/write?extra_label=observability=platform",
          read: "http://\(select.host)\(Self.select)")
        #expect(verdict == .ready(version: nil), "\(verdict.sentence)")
      }
      let response = try await transport.send(HTTPRequest(url: "http://\(insert.host)\(Self.insert)/metrics"))
      let metrics = String(decoding: try await response.body.collect(), as: UTF8.self)
      let rows = metrics.split(separator: "\n").filter { $0.hasPrefix("vm_rows_inserted_total{") }
      #expect(!rows.isEmpty && rows.allSatisfy { $0.hasSuffix(" 0") }, "\(rows)")
    }
  }

  @Test func tellsAWrongPath() async throws {
    try await VictoriaMetricsProcess.with(prefix: Self.insert, transport) { process in
      let base = "http://\(process.host)"
      let wrong: [(write: String?, read: String?, side: String)] = [
        ("\(base)\(Self.insert)/api/v1/wrong", nil, "write URL"), ("\(base)/wrong/api/v1/write", nil, "write URL"),
        (nil, "\(base)/wrong", "read URL"), (nil, "\(base)\(Self.insert)/wrong", "read URL"),
      ]
      for (write, read, side) in wrong {
        let verdict = await check(write: write, read: read)
        #expect(verdict.reason == "NotVictoriaMetrics", "\(verdict.sentence)")
        #expect(verdict.sentence.contains(side) && verdict.sentence.contains("status 400"), "\(verdict.sentence)")
      }
    }
  }

  @Test func tellsThatItStopped() async throws {
    var host = ""
    try await VictoriaMetricsProcess.with(prefix: Self.insert, transport) { process in
      host = process.host
      let verdict = await check(write: "http://\(host)\(Self.insert)/api/v1/write", read: nil)
      #expect(verdict.isReady, "\(verdict.sentence)")
    }
    let verdict = await check(write: "http://\(host)\(Self.insert)/api/v1/write", read: nil)
    #expect(verdict.reason == "Unreachable", "\(verdict.sentence)")
    #expect(verdict.sentence.contains("refused"), "\(verdict.sentence)")
  }
}
