// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore
import Synchronization
import Testing

@testable import KubernetesClient

@Suite struct ExchangeTests {
  private static let key = ObjectKey(namespace: "rec", name: "one")
  private static let object = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}}"#

  private func client(
    _ transport: ScriptedTransport, _ credentials: ClusterConfiguration.Credentials = .token("t0k3n"),
    onRequest: (@Sendable (RequestRecord) -> Void)? = nil, read: @escaping FileReader = { _ in [] }
  ) -> KubernetesClient {
    let configuration = ClusterConfiguration(server: "https://api:6443/", credentials: credentials)
    return KubernetesClient(
      transport: transport, configuration: configuration,
      options: KubernetesClient.Options(userAgent: "tests/1", onRequest: onRequest),
      identity: IdentitySource(configuration, read: read))
  }

  private func failure(_ answers: ScriptedTransport.Answer) async -> KubernetesError? {
    do throws(KubernetesError) {
      _ = try await client(ScriptedTransport(answers)).get(.configMaps, Self.key)
      return nil
    } catch {
      return error
    }
  }

  @Test("A raw request has the client's credentials, its own media types, and errors as every other")
  func rawRequests() async throws {
    let transport = ScriptedTransport(
      .body(200, "metrics"), .body(201, "{}"), .body(404, #"{"kind":"Status","code":404,"reason":"NotFound"}"#))
    let client = client(transport)
    #expect(try await client.raw("GET", "/api/v1/x/proxy/metrics?a=b", accept: "text/plain") == Array("metrics".utf8))
    _ = try await client.raw("POST", "/api/v1/x/binding", body: ["a": 1])
    do throws(KubernetesError) {
      _ = try await client.raw("GET", "/nowhere")
      Issue.record("a 404 is an error")
    } catch {
      #expect(error.isNotFound)
    }
    #expect(transport.lines == ["GET /api/v1/x/proxy/metrics?a=b", "POST /api/v1/x/binding", "GET /nowhere"])
    func header(_ name: String, of request: HTTPRequest) -> String? {
      request.headers.first { $0.name == name }?.value
    }
    #expect(transport.requests.allSatisfy { header("Authorization", of: $0) == "Bearer t0k3n" })
    #expect(header("Accept", of: transport.requests[0]) == "text/plain")
    #expect(header("Content-Type", of: transport.requests[0]) == nil)
    #expect(header("Content-Type", of: transport.requests[1]) == "application/json")
    #expect(transport.requests[1].body == Array(#"{"a":1}"#.utf8))
  }

  @Test func sendsHeadersAndReadsObjects() async throws {
    let transport = ScriptedTransport(.body(200, Self.object), .body(201, Self.object), .body(200, "{}"))
    let client = client(transport)
    #expect(try await client.get(.configMaps, Self.key).name == "one")
    let object = KubernetesObject(type: .configMaps, namespace: "rec", name: "one")
    #expect(try await client.create(.configMaps, object, WriteOptions()).kind == "ConfigMap")
    try await client.delete(.configMaps, Self.key, DeleteOptions())
    #expect(
      transport.lines == [
        "GET /api/v1/namespaces/rec/configmaps/one",
        "POST /api/v1/namespaces/rec/configmaps?fieldValidation=Strict",
        "DELETE /api/v1/namespaces/rec/configmaps/one",
      ])
    #expect(
      transport.requests[1].headers == [
        HTTPField("Accept", "application/json"), HTTPField("User-Agent", "tests/1"),
        HTTPField("Authorization", "Bearer t0k3n"), HTTPField("Content-Type", "application/json"),
      ])
  }

  @Test func listsFillInWhatItemsLack() async throws {
    let body = """
      {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"c"},\
      "items":[{"metadata":{"name":"a"}},{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}]}
      """
    let empty =
      #"{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":""},"items":null}"#
    let client = client(ScriptedTransport(.body(200, body), .body(200, empty), .body(200, #"{"items":[]}"#)))
    let list = try await client.list(.configMaps, ListQuery())
    #expect(list.items.map(\.kind) == ["ConfigMap", "ConfigMap"] && list.items.map(\.apiVersion) == ["v1", "v1"])
    #expect(list.resourceVersion == "9" && list.continueToken == "c")
    let last = try await client.list(.configMaps, ListQuery())
    #expect(last.items.isEmpty && last.continueToken == nil)
    await #expect(throws: KubernetesError.malformed("the list has no metadata.resourceVersion")) {
      try await client.list(.configMaps, ListQuery())
    }
  }

  @Test func statusIsReadWhole() async {
    let error = await failure(
      .body(
        422,
        """
        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ConfigMap \\"big\\" is invalid",\
        "reason":"Invalid","details":{"name":"big","kind":"ConfigMap","causes":[{"reason":"FieldValueTooLong",\
        "message":"Too long","field":"[]"}]},"code":422}
        """))
    #expect(error?.isInvalid == true)
    #expect(error?.description == #"422 Invalid: ConfigMap "big" is invalid"#)
    guard case .status(let status)? = error else { return }
    #expect(status.causes == [APIStatus.Cause(field: "[]", reason: "FieldValueTooLong", message: "Too long")])
  }

  @Test(
    "What an admission webhook denies or does not answer is told from a missing right and from a fault of the server",
    arguments: [
      (#"admission webhook \"v.example.org\" denied the request: no"#, 403, true),
      (#"Internal error occurred: failed calling webhook \"v.example.org\": refused"#, 500, true),
      (#"configmaps is forbidden: User \"u\" cannot patch resource"#, 403, false), ("out of order", 500, false),
    ])
  func webhooks(_ message: String, _ code: Int, _ isFromWebhook: Bool) async {
    let body = #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"\#(message)","code":\#(code)}"#
    #expect(await failure(.body(code, body))?.isFromWebhook == isFromWebhook)
  }

  @Test func retryAfterIsHandedOn() async {
    let body =
      #"{"kind":"Status","code":429,"reason":"TooManyRequests","message":"m","details":{"retryAfterSeconds":3}}"#
    for (header, seconds) in [([HTTPField("retry-after", "7")], 7), ([], 3)] {
      guard case .status(let status)? = await failure(.body(429, body, headers: header)) else {
        Issue.record("expected a status")
        continue
      }
      #expect(status.retryAfter == .seconds(seconds))
    }
  }

  @Test func bodiesOfProxiesAreCutShort() async {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head><body><hr>nginx</body></html>"
    #expect(await failure(.body(502, page))?.description == "502: 502 Bad Gateway nginx")
    #expect(await failure(.body(500, ""))?.description == "500: no message in the answer")
    #expect((await failure(.body(500, String(repeating: "x", count: 9999)))?.description.count ?? 0) < 300)
    // A body that may be a Secret's is not quoted.
    let broken = await failure(.body(200, #"{"data":{"password":"c2VjcmV0"#))
    #expect(broken?.description.contains("c2VjcmV0") == false)
  }

  @Test func errorBodyThatBreaksOffIsStillThatError() async {
    let error = await failure(.respond(403, chunks: [Array("no".utf8)], then: .broken(.body)))
    #expect(error?.isForbidden == true)
  }

  @Test func unauthorizedReadsTheTokenAgainOnce() async throws {
    let reads = Mutex(0)
    let read: FileReader = { _ in
      Array("token\(reads.withLock { $0 += 1; return $0 })\n".utf8)
    }
    let refused = ScriptedTransport.Answer.body(
      401, #"{"kind":"Status","reason":"Unauthorized","message":"U","code":401}"#)
    let transport = ScriptedTransport(.body(200, Self.object), refused, .body(200, Self.object), refused, refused)
    let client = client(transport, .tokenFile("/t"), read: read)
    for _ in 0..<2 { _ = try await client.get(.configMaps, Self.key) }
    await #expect(throws: KubernetesError.self) { try await client.get(.configMaps, Self.key) }
    #expect(
      transport.requests.compactMap { $0.headers.first { $0.name == "Authorization" }?.value } == [
        "Bearer token1", "Bearer token1", "Bearer token2", "Bearer token2", "Bearer token3",
      ])
  }

  @Test func refusedStaticTokenIsNotTriedAgain() async {
    let transport = ScriptedTransport(.body(401, ""))
    await #expect(throws: KubernetesError.self) { try await client(transport).get(.configMaps, Self.key) }
    #expect(transport.requests.count == 1)
  }

  @Test func brokenConnectionsAreTriedAgainOnceWhereSafe() async throws {
    let object = KubernetesObject(type: .configMaps, namespace: "rec", name: "one")
    let breaks = ScriptedTransport.Answer.fail(.broken(.firstByte))
    let safe = ScriptedTransport(
      breaks, .body(200, Self.object), breaks, .body(200, Self.object), breaks, .body(200, "{}"))
    let safeClient = client(safe)
    _ = try await safeClient.get(.configMaps, Self.key)
    _ = try await safeClient.apply(.configMaps, object, ApplyOptions(fieldManager: "o"))
    try await safeClient.delete(.configMaps, Self.key, DeleteOptions(uid: "u"))
    #expect(safe.requests.count == 6)
    let twice = ScriptedTransport(breaks, breaks, .body(200, Self.object))
    await #expect(throws: KubernetesError.self) { try await client(twice).get(.configMaps, Self.key) }
    #expect(twice.requests.count == 2)
    let unsafe = ScriptedTransport(breaks, breaks, .fail(.broken(.body)))
    await #expect(throws: KubernetesError.self) { try await client(unsafe).create(.configMaps, object, WriteOptions()) }
    await #expect(throws: KubernetesError.self) {
      try await client(unsafe).delete(.configMaps, Self.key, DeleteOptions())
    }
    await #expect(throws: KubernetesError.self) { try await client(unsafe).get(.configMaps, Self.key) }
    #expect(unsafe.requests.count == 3)
  }

  @Test func everyTryIsRecorded() async throws {
    let records = Mutex<[RequestRecord]>([])
    let transport = ScriptedTransport(
      .fail(.broken(.firstByte)), .body(200, Self.object),
      .body(404, "", headers: [HTTPField("X-Kubernetes-Pf-Flowschema-Uid", "f1")]),
      .respond(200, chunks: [], then: .broken(.body)))
    let client = client(transport, onRequest: { record in records.withLock { $0.append(record) } })
    for _ in 0..<3 { _ = try? await client.get(.configMaps, Self.key) }
    let seen = records.withLock { $0 }
    #expect(seen.map(\.code) == [nil, 200, 404, 200])
    #expect(seen.map(\.flowSchemaUID) == [nil, nil, "f1", nil])
    #expect(seen.map(\.failure) == [.broken, nil, nil, .broken])
    #expect(
      seen.allSatisfy { $0.verb == .get && $0.type == .configMaps && $0.host == "api:6443" && $0.duration > .zero })
  }

  @Test func warningsAreHandedOn() async throws {
    let warnings = Mutex<[String]>([])
    let fields = [
      #"299 - "unknown field \"spec.a\"""#, #"299 - "unknown field \"spec.a\"""#, #"110 - "stale""#, "299 nothing",
    ].map {
      HTTPField("Warning", $0)
    }
    func client(_ onWarning: @escaping @Sendable (String) -> Void) -> KubernetesClient {
      KubernetesClient(
        transport: ScriptedTransport(.body(200, Self.object, headers: fields)),
        configuration: ClusterConfiguration(server: "https://api:6443"),
        options: KubernetesClient.Options(userAgent: "tests/1", onWarning: onWarning))
    }
    let once = DeduplicatedWarnings { text in warnings.withLock { $0.append(text) } }
    _ = try await client(once.say).get(.configMaps, Self.key)
    #expect(warnings.withLock { $0 } == [#"unknown field "spec.a""#])
    _ = try await client { text in warnings.withLock { $0.append(text) } }.get(.configMaps, Self.key)
    #expect(warnings.withLock { $0.count } == 3)
  }

  @Test func warningsAreBounded() {
    let count = Mutex(0)
    let once = DeduplicatedWarnings { _ in count.withLock { $0 += 1 } }
    for number in 0..<DeduplicatedWarnings.limit * 2 { once.say("\(number)") }
    #expect(count.withLock { $0 } == DeduplicatedWarnings.limit)
  }

  /// The scripted server puts every request off.
  private func patient(
    _ answers: [ScriptedTransport.Answer], _ policy: RetryPolicy,
    _ operation: (KubernetesClient) async throws -> Void
  ) async -> (waits: [Duration], requests: Int, error: KubernetesError?) {
    let waits = Mutex<[Duration]>([])
    let transport = ScriptedTransport(answers)
    let configuration = ClusterConfiguration(server: "https://api:6443")
    let client = KubernetesClient(
      transport: transport, configuration: configuration,
      options: KubernetesClient.Options(userAgent: "tests/1", retry: policy), identity: IdentitySource(configuration),
      sleep: { wait in
        guard wait < .seconds(9) else { throw CancellationError() }
        waits.withLock { $0.append(wait) }
      })
    var thrown: (any Error)?
    do { try await operation(client) } catch { thrown = error }
    return (waits.withLock { $0 }, transport.requests.count, thrown as? KubernetesError)
  }

  @Test func putOffRequestsWaitIfTheyMay() async {
    func answer(_ code: Int, _ after: String) -> ScriptedTransport.Answer {
      .body(code, "", headers: [HTTPField("Retry-After", after)])
    }
    let object = KubernetesObject(type: .configMaps, namespace: "rec", name: "one")
    let answers = [answer(429, "2"), answer(503, "1"), .body(200, Self.object)]
    let read = await patient(answers, .patient) { _ = try await $0.get(.configMaps, Self.key) }
    #expect(read.requests == 3 && read.error == nil)
    #expect(read.waits.count == 2 && (.seconds(2)...(.milliseconds(2500))).contains(read.waits.first ?? .zero))
    let impatient = await patient(answers, .none) { _ = try await $0.get(.configMaps, Self.key) }
    #expect(impatient.requests == 1 && impatient.error?.code == 429)
    let write = await patient(answers, .patient) { _ = try await $0.create(.configMaps, object, WriteOptions()) }
    #expect(write.requests == 1 && write.error?.code == 429)
    let cancelled = await patient([answer(429, "9")], .patient) { _ = try await $0.get(.configMaps, Self.key) }
    #expect(cancelled.requests == 1 && cancelled.error?.isCancelled == true)
  }

  @Test func proxyAndCompressionAreOfTheRequest() async throws {
    let proxy = ProxyOptions(url: "http://proxy:3128", exceptions: [".local"])
    let list = #"{"metadata":{"resourceVersion":"9"},"items":[]}"#
    let transport = ScriptedTransport(.body(200, list), .body(200, Self.object), .body(200, list))
    var configuration = ClusterConfiguration(server: "https://api:6443", proxy: proxy)
    for acceptsCompression in [true, false] {
      configuration.acceptsCompression = acceptsCompression
      let client = KubernetesClient(
        transport: transport, configuration: configuration, options: KubernetesClient.Options(userAgent: "tests/1"))
      _ = try await client.list(.configMaps, ListQuery())
      if acceptsCompression { _ = try await client.get(.configMaps, Self.key) }
    }
    #expect(transport.requests.map(\.proxy) == [proxy, proxy, proxy])
    #expect(transport.requests.map(\.acceptsCompression) == [true, false, false])
  }

  @Test func cancellationIsTold() async {
    let error = await failure(
      .fail(TransportError(kind: .cancelled, phase: .firstByte, host: "api:6443", cause: "cancelled")))
    #expect(error?.isCancelled == true)
  }

  @Test func typesThatAreNotServedAreToldApart() async throws {
    let list = #"""
      {"kind":"APIResourceList","apiVersion":"v1","groupVersion":"apps/v1","resources":[\#
      {"name":"daemonsets","singularName":"daemonset","namespaced":true,"kind":"DaemonSet","verbs":["get"]},\#
      {"name":"daemonsets/status","singularName":"","namespaced":true,"kind":"DaemonSet","verbs":["get"]}]}
      """#
    let transport = ScriptedTransport(
      .body(200, list), .body(200, list), .body(404, "404 page not found\n"), .body(403, ""), .body(200, "{}"))
    let client = client(transport)
    #expect(try await client.serves(.daemonSets))
    #expect(try await !client.serves(.deployments))
    #expect(try await !client.serves(.configMaps))
    await #expect(throws: KubernetesError.self) { try await client.serves(.daemonSets) }
    await #expect(throws: KubernetesError.malformed("expected an APIResourceList")) {
      try await client.serves(.daemonSets)
    }
    #expect(transport.lines.prefix(3) == ["GET /apis/apps/v1", "GET /apis/apps/v1", "GET /api/v1"])
  }

  @Test func hostsOfURLs() {
    #expect(Exchange.host("https://user:secret@api:6443/x") == "api:6443")
    #expect(Exchange.host("https://[::1]:6443") == "[::1]:6443")
  }
}
