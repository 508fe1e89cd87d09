// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import ObservabilityAPI
import Testing

@testable import Backends

/// The check against a real server. Debian's is older than the floor, so that most steps are reached only by ignoring
/// that.
@Suite(
  .enabled(
    if: ClickHouseProcess.binary != nil, "clickhouse-server is not installed (apt-get install clickhouse-server)"),
  .serialized, .timeLimit(.minutes(3)))
struct RealClickHouseTests {
  private let transport: CurlTransport

  init() throws {
    transport = try CurlTransport(userAgent: "backends-tests")
  }

  private func check(_ access: ClickHouseAccess, _ demand: ClickHouseDemand) async -> ClickHouseVerdict {
    await ClickHouseCheck(transport: transport).run(access, demand)
  }

  private static let tolerant = ClickHouseDemand.coroot(ignore: [.versionTooOld])

  @Test("Every password is accepted as it is, and a wrong one or an unknown user is not")
  func logsIn() async throws {
    let process = try await ClickHouseProcess()
    try await process.run(transport) {
      for (index, password) in ClickHouseProcess.passwords.enumerated() {
        let verdict = await check(process.access(user: "p\(index)", password: password), Self.tolerant)
        #expect(verdict.isReady, "password \(index): \(verdict.sentence)")
        let wrong = await check(process.access(user: "p\(index)", password: password + "x"), Self.tolerant)
        #expect(wrong.reason == "AuthenticationFailed", "password \(index): \(wrong.sentence)")
        #expect(password.isEmpty || !"\(wrong.sentence) \(wrong.remedy)".contains(password + "x"))
      }
      let unknown = await check(process.access(user: "nobody"), Self.tolerant)
      #expect(unknown.reason == "AuthenticationFailed" && unknown.sentence.contains("code 192"), "\(unknown.sentence)")
    }
  }

  @Test("The database is made if the user may, and missing rights are told")
  func needsRights() async throws {
    let process = try await ClickHouseProcess()
    try await process.run(transport) {
      let reader = process.access(user: "reader", password: "r")
      let refused = await check(reader, Self.tolerant)
      #expect(refused.reason == "DatabaseMissing" && refused.sentence.contains("code 164"), "\(refused.sentence)")

      let old = await check(process.access(), .own())
      #expect(old == .versionTooOld(found: "18.16.1"), "\(old.sentence)")

      guard case .ready(let made) = await check(process.access(), Self.tolerant) else {
        Issue.record("not ready")
        return
      }
      #expect(made.changes == ["created database otel"] && made.ignored == [.versionTooOld])
      guard case .ready(let rest) = await check(process.access(), Self.tolerant) else {
        Issue.record("not ready again")
        return
      }
      #expect(rest.changes.isEmpty)

      let readOnly = await check(reader, Self.tolerant)
      #expect(readOnly.reason == "MissingGrant", "\(readOnly.sentence)")
      let limited = await check(process.access(user: "limited", password: "l"), Self.tolerant)
      // What a user has no access to is hidden from it.
      #expect(limited.reason == "DatabaseMissing" && limited.sentence.contains("code 291"), "\(limited.sentence)")
      // What the tables need does not exist there, whatever is ignored.
      let schema = await check(process.access(), .own(ignore: [.versionTooOld]))
      #expect(schema == .versionTooOld(found: "18.16.1"), "\(schema.sentence)")
    }
  }

  @Test("An awkward database name is the same in the URL, in statements and in the survey")
  func quotesNames() async throws {
    let process = try await ClickHouseProcess()
    try await process.run(transport) {
      var demand = Self.tolerant
      demand.database = #"a`b'c\d &ö%"#
      let reasons = await [check(process.access(), demand), check(process.access(), demand)]
      guard case .ready(let first) = reasons[0], case .ready(let second) = reasons[1] else {
        Issue.record("\(reasons.map(\.sentence))")
        return
      }
      #expect(first.changes.count == 1 && second.changes.isEmpty)
    }
  }

  @Test("TLS with a private authority works, and each mistake about ports and names is told")
  func usesTLS() async throws {
    let process = try await ClickHouseProcess()
    try await process.run(transport) {
      var access = process.access(port: process.tlsPort)
      (access.isTLS, access.certificateAuthorities) = (true, process.authority)
      let trusted = await check(access, Self.tolerant)
      #expect(trusted.isReady, "\(trusted.sentence)")

      var stranger = access
      stranger.certificateAuthorities = nil
      var misnamed = access
      misnamed.host = "localhost"
      var plain = access
      plain.httpPort = process.httpPort
      for (access, fault) in [(stranger, TLSFault.unknownAuthority), (misnamed, .wrongName), (plain, .notTLS)] {
        let verdict = await check(access, Self.tolerant)
        guard case .tlsFailed(_, _, let found, _) = verdict else {
          // A server that takes the greeting of TLS for a request may end the connection before its answer is read.
          #expect(fault == .notTLS && verdict.reason == "Unreachable", "\(fault): \(verdict.sentence)")
          continue
        }
        #expect(found == fault)
      }

      let native = await check(process.access(port: process.nativePort), Self.tolerant)
      #expect(native.reason == "NotClickHouse", "\(native.sentence)")
      #expect(native.sentence.contains("native protocol"), "\(native.sentence)")
      let encrypted = await check(process.access(port: process.tlsPort), Self.tolerant)
      #expect(["Unreachable", "NotClickHouse"].contains(encrypted.reason), "\(encrypted.sentence)")
    }
  }

  @Test("A server that goes away and comes back is found so")
  func comesBack() async throws {
    let process = try await ClickHouseProcess()
    for _ in 0..<2 {
      try await process.run(transport) {
        let verdict = await check(process.access(), Self.tolerant)
        #expect(verdict.isReady, "\(verdict.sentence)")
      }
      let gone = await check(process.access(), Self.tolerant)
      #expect(gone.reason == "Unreachable" && gone.sentence.contains("refused"), "\(gone.sentence)")
    }
  }
}

@Suite struct SlowClickHouseTests {
  @Test("A server that accepts and never answers is unreachable, within the deadline")
  func isSlow() async throws {
    let server = try SilentServer()
    let short = Deadlines(connect: .milliseconds(200), total: .milliseconds(200), idle: .milliseconds(200))
    let limits = ClickHouseSession.Limits(reading: short, changing: short)
    let check = ClickHouseCheck(transport: try CurlTransport(userAgent: "backends-tests"), limits: limits)
    let verdict = await check.run(.example(host: "127.0.0.1", port: server.port), .own())
    #expect(verdict.reason == "Unreachable", "\(verdict.sentence)")
  }

  @Test("A link-local address is never connected to")
  func refusesLinkLocal() async throws {
    let check = ClickHouseCheck(transport: try CurlTransport(userAgent: "backends-tests"))
    let verdict = await check.run(.example(host: "169.254.169.254"), .own())
    #expect(verdict.reason == "AddressRefused", "\(verdict.sentence)")
  }
}
