// SPDX-License-Identifier: Apache-2.0

import Backends
import HTTPTransport
import Testing

private let write = CozystackMonitoring.writeURL(namespace: "tenant-root", storage: "shortterm")
private let read = CozystackMonitoring.readURL(namespace: "tenant-root", storage: "shortterm")
private let success = #"{"status":"success","isPartial":false,"data":{"resultType":"vector","result":[]}}"#

private let unknownHandshake = ScriptedTransport.Reply.answer(
  400, "cannot decompress request with length 0: snappy: corrupt input")

private func healthy(
  handshake: ScriptedTransport.Reply = .answer(200, "1"), health: ScriptedTransport.Reply = .answer(200, "OK"),
  query: ScriptedTransport.Reply = .answer(200, success)
) -> ScriptedTransport {
  ScriptedTransport([("get_vm_proto_version=1", handshake), ("/health", health), ("/api/v1/query?query=1", query)])
}

/// One that is older than the handshake.
private func old(emptyWrite: ScriptedTransport.Reply) -> ScriptedTransport {
  ScriptedTransport([
    ("get_vm_proto_version=1", unknownHandshake), ("/api/v1/write", emptyWrite), ("/health", .answer(200, "OK")),
    ("/api/v1/query?query=1", .answer(200, success)),
  ])
}

private func check(
  _ transport: ScriptedTransport, writeURL: String = write, readURL: String = read,
  credentials: (username: String, password: String)? = nil, ca: [UInt8]? = nil
) async -> BackendVerdict {
  await VictoriaMetricsCheck(transport: transport)
    .run(writeURL: writeURL, readURL: readURL, credentials: credentials, ca: ca)
}

@Suite struct VictoriaMetricsCheckTests {
  @Test func isReadyWhenBothSidesAnswer() async {
    let transport = healthy()
    let verdict = await check(transport, writeURL: write + "?extra_label=observability=platform", ca: [1, 2])
    #expect(verdict == .ready(version: nil))
    #expect(verdict.isReady && verdict.reason == "Ready" && verdict.remedy.isEmpty)
    let host = "http://vminsert-shortterm.tenant-root.svc:8480"
    #expect(
      transport.requests.map(\.url) == [
        "\(host)/insert/0/prometheus/api/v1/write?extra_label=observability=platform&get_vm_proto_version=1",
        "\(host)/health",
        "http://vmselect-shortterm.tenant-root.svc:8481/select/0/prometheus/api/v1/query?query=1",
      ])
    for request in transport.requests {
      #expect(request.method == "GET" && request.body == nil)
      #expect(request.deadlines == VictoriaMetricsCheck.deadlines)
      #expect(request.bodyLimit == VictoriaMetricsCheck.bodyLimit)
      #expect(request.tls.certificateAuthorities == [1, 2])
      #expect(request.tls.requiresAlternativeName && request.refusesLinkLocal)
      #expect(request.headers.isEmpty)
    }
  }

  @Test(arguments: [200, 204])
  func sendsAnEmptyWriteToOneOlderThanTheHandshake(_ status: Int) async throws {
    let transport = old(emptyWrite: .answer(status, ""))
    let url = write + "?extra_label=observability=platform"
    let verdict = await check(transport, writeURL: url, credentials: ("Aladdin", "open sesame"), ca: [1, 2])
    #expect(verdict == .ready(version: nil))
    #expect(transport.requests.map(\.method) == ["GET", "POST", "GET", "GET"])
    let request = try #require(transport.requests.first { $0.method == "POST" })
    #expect(request.url == url)
    #expect(request.body == [0])
    #expect(
      request.headers == [
        HTTPField("Content-Encoding", "snappy"), HTTPField("Content-Type", "application/x-protobuf"),
        HTTPField("X-Prometheus-Remote-Write-Version", "0.1.0"),
        HTTPField("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
      ])
    #expect(request.deadlines == VictoriaMetricsCheck.deadlines)
    #expect(request.bodyLimit == VictoriaMetricsCheck.bodyLimit)
    #expect(request.tls.certificateAuthorities == [1, 2])
  }

  @Test(arguments: [200, 401, 403, 404, 405, 429, 500, 503])
  func writesNothingIfTheHandshakeIsAnsweredOtherwise(_ status: Int) async {
    let transport = healthy(handshake: .answer(status, "no"))
    _ = await check(transport)
    #expect(transport.requests.count == 1 && transport.requests.first?.method == "GET")
  }

  @Test(
    arguments: [
      (healthy(handshake: .failure(.unreachable, "connect: refused")), "Unreachable", "connect: refused"),
      (healthy(handshake: .failure(.timedOut, "no answer in 5 s")), "Unreachable", "no answer in 5 s"),
      (healthy(handshake: .failingBody(.broken)), "Unreachable", "cut off"),
      (healthy(handshake: .failingBody(.tooLarge)), "NotVictoriaMetrics", "more than 65536 bytes"),
      (healthy(handshake: .answer(401, "")), "Unauthorized", "status 401"),
      (healthy(query: .answer(403, "")), "Unauthorized", "vmselect-shortterm"),
      (
        healthy(handshake: .answer(200, "<html>\n<title>Grafana")), "NotVictoriaMetrics",
        "status 200 with a body of 21 bytes"
      ),
      (healthy(handshake: .answer(404, "")), "NotVictoriaMetrics", "status 404"),
      (healthy(handshake: .answer(400, "")), "NotVictoriaMetrics", "unsupported path requested"),
      (old(emptyWrite: .answer(400, "unsupported path")), "NotVictoriaMetrics", "status 400, \"unsupported path\""),
      (old(emptyWrite: .answer(404, "")), "NotVictoriaMetrics", "status 404"),
      (old(emptyWrite: .answer(401, "")), "Unauthorized", "status 401"),
      (old(emptyWrite: .answer(503, "read-only")), "Degraded", "read-only"),
      (old(emptyWrite: .failure(.broken, "closed")), "Unreachable", "closed"),
      (healthy(handshake: .answer(503, "no storage nodes")), "Degraded", "no storage nodes"),
      (healthy(handshake: .answer(429, "")), "Degraded", "status 429"),
      (healthy(health: .answer(503, "shutting down")), "Degraded", "shutting down"),
      (healthy(health: .failure(.broken, "closed")), "Unreachable", "closed"),
      (healthy(query: .answer(200, "[]")), "NotVictoriaMetrics", "a body of 2 bytes"),
      (healthy(query: .answer(200, #"{"status":"error"}"#)), "NotVictoriaMetrics", "a body of 18 bytes"),
      (healthy(query: .answer(500, "boom")), "Degraded", "boom"),
      (healthy(query: .failure(.unresolved, "no such host")), "Unreachable", "no such host"),
    ] as [(ScriptedTransport, String, String)])
  func tellsWhatIsWrong(_ transport: ScriptedTransport, _ reason: String, _ part: String) async {
    let verdict = await check(transport)
    #expect(verdict.reason == reason)
    #expect(verdict.sentence.contains(part), "\(verdict.sentence)")
    #expect(!verdict.isReady && !verdict.remedy.isEmpty)
  }

  @Test func forgivesAProxyWithoutHealth() async {
    #expect(await check(healthy(health: .answer(401, ""))).isReady)
    #expect(await check(healthy(health: .answer(404, ""))).isReady)
  }

  @Test func namesTheServiceOfTheCluster() async {
    let inside = await check(healthy(handshake: .failure(.unreachable, "refused")))
    #expect(inside.remedy.contains("Service tenant-root/vminsert-shortterm"))
    #expect(inside.remedy.contains("spec.metrics.victoriaMetrics.writeURL"))
    let outside = await check(healthy(query: .failure(.unreachable, "refused")), readURL: "https://vm.example.org/")
    #expect(outside.remedy.contains("vm.example.org"))
    #expect(outside.remedy.contains("spec.metrics.victoriaMetrics.readURL"))
  }

  @Test func sendsCredentialsInTheHeaderOnly() async {
    let transport = healthy(query: .answer(418, "no"))
    let verdict = await check(
      transport, writeURL: "http://url-user:url-secret@w:1/write", readURL: "http://r:2/",
      credentials: ("Aladdin", "open sesame"))
    // The example of RFC 7617, section 2.
    #expect(
      transport.requests.allSatisfy {
        $0.headers == [HTTPField("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")] && !$0.url.contains("secret")
      })
    #expect(!"\(verdict) \(verdict.sentence) \(verdict.remedy)".contains("secret"))
    #expect(!"\(verdict) \(verdict.sentence)".contains("sesame"))
  }

  @Test func usesTheCredentialsOfTheAddress() async {
    let transport = healthy(handshake: .answer(400, ""))
    let verdict = await check(transport, writeURL: "http://u:p%40@w:1/write")
    #expect(transport.requests.first?.headers == [HTTPField("Authorization", "Basic dTpwQA==")])
    #expect(verdict.sentence.contains("http://w:1/write"))
  }

  @Test func asksNothingIfAnAddressIsWrong() async {
    let transport = healthy()
    let verdict = await check(transport, readURL: "vmselect:8481")
    #expect(verdict.reason == "InvalidURL")
    #expect(verdict.sentence.contains("the read URL"))
    #expect(verdict.remedy.contains("readURL"))
    #expect(transport.requests.isEmpty)
  }
}
