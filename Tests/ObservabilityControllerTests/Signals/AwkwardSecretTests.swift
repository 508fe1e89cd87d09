// SPDX-License-Identifier: Apache-2.0

import Backends
import DevCluster
import HTTPTransport
import Harness
import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Synchronization
import Testing

@testable import ObservabilityController

/// Passwords with what is awkward somewhere, from the bytes of a Secret to where each is used: a header of the gateway, the
/// login at ClickHouse, and the URL of the agents. What a way cannot carry is refused with the Secret and the key.
///
/// The gateway's file with a ClickHouse password, and real servers, are in `GatewaySecretTests` and `RealClickHouseTests`.
@Suite struct AwkwardSecretTests {
  struct Password: Sendable, CustomTestStringConvertible {
    var value: String
    /// Whether a header can carry it: no control characters, no white space at an end.
    var inHeader = true
    /// Whether the agents' URL can carry it as it is: nothing that Go's `net/url` refuses in a userinfo.
    var inURL = false

    var testDescription: String { value.utf8.count > 40 ? "\(value.utf8.count) bytes" : value.debugDescription }
  }

  static let passwords = [
    Password(value: "plain", inURL: true), Password(value: "$", inURL: true), Password(value: "a$$b", inURL: true),
    Password(value: "$(PATH)", inURL: true), Password(value: "${env:HOME}"), Password(value: "{1}"),
    Password(value: "a #b"), Password(value: "#"), Password(value: "\"double\""), Password(value: "it's", inURL: true),
    Password(value: "back\\slash\\n"), Password(value: "two\nlines", inHeader: false),
    Password(value: "ends\n", inHeader: false), Password(value: "a\tb"), Password(value: "\ta", inHeader: false),
    Password(value: " s3cret", inHeader: false), Password(value: "s3cret ", inHeader: false),
    Password(value: "ключ-🔑-e\u{301}"),
    Password(value: "100%"), Password(value: "a%41b", inURL: true), Password(value: "a:b", inURL: true),
    Password(value: "a@b"), Password(value: "a/b"), Password(value: "a?b"), Password(value: "a&b=c", inURL: true),
    Password(value: "true", inURL: true), Password(value: "0x1f", inURL: true),
    Password(value: String(repeating: "k$é{1}&%\"'\\", count: 86)),
  ]

  /// Keeps what it is sent, and answers 200.
  private final class Recorder: HTTPTransport {
    private let recorded = Mutex<[HTTPRequest]>([])

    var requests: [HTTPRequest] { recorded.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      recorded.withLock { $0.append(request) }
      return HTTPResponse(status: 200, headers: [], body: InProcessTransport.body([]))
    }
  }

  @Test("A header arrives byte by byte as its Secret holds it, or is refused by name", arguments: passwords)
  func header(_ password: Password) async throws {
    let secret = MetricsResolutionTests.secret(["Authorization": Array(password.value.utf8)])
    let resolution = try GatewayResolutionTests.resolution(
      GatewayResolutionTests.traces, [GatewayResolutionTests.headers: secret])
    let inputs: GatewayInputs
    do throws(Unresolved) {
      inputs = try resolution.resolve(operatorNamespace: nil)
    } catch {
      guard case .blocked(let finding) = error else { throw error }
      #expect(!password.inHeader)
      #expect(
        finding.reason == .secretKeyMissing && finding.message.contains("Secret cozy-coroot/login, key Authorization"))
      #expect(!finding.message.contains(password.value))
      return
    }
    #expect(password.inHeader)
    let recorder = Recorder()
    let collector = try Self.collector(inputs, recorder)
    let servers = try await collector.listen()
    let server = try #require(servers[4318])
    let running = Task { try? await server.run() }
    let client = try CurlTransport(userAgent: "test")
    let response = try await client.send(
      HTTPRequest(
        method: "POST", url: "\(server.url)/v1/traces", headers: [HTTPField("Content-Type", "application/x-protobuf")],
        body: CollectorRig.recorded(), deadlines: CollectorRig.patience))
    #expect(response.status == 200)
    await collector.deliver()
    running.cancel()
    await running.value
    let values = recorder.requests.flatMap(\.headers).filter { $0.name == "Authorization" }.map(\.value)
    // By bytes: to Swift composed and decomposed letters are the same text.
    #expect(values.map { Array($0.utf8) } == [Array(password.value.utf8)])
  }

  @Test("The certificates of a destination are those of the file that the pod mounts")
  func certificates() async throws {
    let pem = Array("-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n".utf8)
    var inputs = GatewayInputs()
    inputs.traces = .init(.otlp(try HTTPURL("https://otlp.example.org")), certificateAuthority: pem)
    let recorder = Recorder()
    let collector = try Self.collector(inputs, recorder)
    let servers = try await collector.listen()
    let server = try #require(servers[4318])
    let running = Task { try? await server.run() }
    _ = try await CurlTransport(userAgent: "test").send(
      HTTPRequest(
        method: "POST", url: "\(server.url)/v1/traces", headers: [HTTPField("Content-Type", "application/x-protobuf")],
        body: CollectorRig.recorded(), deadlines: CollectorRig.patience))
    await collector.deliver()
    running.cancel()
    await running.value
    #expect(recorder.requests.map(\.url) == ["https://otlp.example.org/v1/traces"])
    #expect(recorder.requests.map(\.tls.certificateAuthorities) == [pem])
  }

  /// The stand-in of a gateway that is rendered from the inputs.
  private static func collector(_ inputs: GatewayInputs, _ transport: any HTTPTransport) throws -> CollectorStandIn {
    let object = try Made.observability(GatewayResolutionTests.traces)
    let facts = PlatformFacts(metrics: .init(writeURL: nil), operatorImage: "operator:1", operatorVersion: "1")
    let children = GatewayRenderer.children(of: object, facts: facts, inputs: inputs)
    let secret = try #require(children.first { $0.kind == "Secret" }).manifest
    let set = try #require(children.first { $0.kind == "StatefulSet" }).manifest
    let (arguments, files) = try CollectorRig.container(set, secret)
    return try CollectorStandIn(arguments: arguments, files: files, transport: transport)
  }

  @Test("ClickHouse is logged in to with the password of the Secret, whatever it holds", arguments: passwords)
  func clickHouse(_ password: Password) async throws {
    var world = ClickHouseResolutionTests.there
    world[ClickHouseResolutionTests.credentials] = MetricsResolutionTests.secret(["coroot": Array(password.value.utf8)])
    let access = try ClickHouseResolutionTests.found(ClickHouseResolutionTests.application, world).access
    #expect(Array(access.password.utf8) == Array(password.value.utf8))
    let backend = BackendStub()
    let check = ClickHouseCheck(transport: backend)
    let demand = ClickHouseDemand(purpose: .ownSchema(traces: .days(7), logs: nil))
    backend.clickHouse.password = password.value
    #expect(await check.run(access, demand).isReady)
    backend.clickHouse.password = password.value + "x"
    let refused = await check.run(access, demand)
    #expect(refused.reason == "AuthenticationFailed" && !refused.sentence.contains("\(password.value)x"))
    for statement in backend.clickHouse.statements where password.value.utf8.count > 3 && password.value != "true" {
      #expect(!statement.contains(password.value), "it stands in no statement")
    }
    #expect(backend.requests.allSatisfy { !$0.url.contains("password") })
  }

  @Test("The agents' URL carries the password, or it is refused by Secret and key with a remedy", arguments: passwords)
  func agentsURL(_ password: Password) async throws {
    let login = MetricsResolutionTests.login("agent", password.value)
    let resolution = try MetricsResolutionTests.resolve(
      MetricsResolutionTests.withLogin, [MetricsResolutionTests.login: login])
    switch resolution {
    case .pending: Issue.record("pending")
    case .blocked(let finding):
      #expect(!password.inURL && finding.reason == .credentialsNotURLSafe)
      #expect(finding.message.contains("key \"password\" of Secret cozy-coroot/login"), "\(finding.message)")
      #expect(
        finding.message.contains("printf") || finding.message.contains("%25") || finding.message.contains("encode"))
      #expect(password.value.utf8.count < 4 || !finding.message.contains(password.value))
    case .resolved(let backend):
      #expect(password.inURL && backend.credentials?.password == password.value)
    }
  }
}
