// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesCore

/// Sends requests: adds host and credentials, tries again where that is safe, turns refusals into errors, keeps count.
struct Exchange: Sendable {
  let transport: any HTTPTransport
  let configuration: ClusterConfiguration
  let options: KubernetesClient.Options
  let identity: IdentitySource
  let sleep: @Sendable (Duration) async throws -> Void

  /// What is read of an error's body.
  static let errorLimit = 1 << 20

  /// The body of a successful answer.
  func send(_ request: APIRequest, limit: Int) async throws(KubernetesError) -> [UInt8] {
    try await attempts(request) { (identity) async throws(KubernetesError) in
      let http = http(request, identity, deadlines: options.deadlines, limit: limit)
      return try await timed(request) { (record) async throws(KubernetesError) in
        let response = try await head(http, &record)
        guard (200..<300).contains(response.status) else { throw try await refusal(response) }
        do throws(TransportError) {
          return try await response.body.collect()
        } catch {
          throw .transport(error)
        }
      }
    }
  }

  /// The body of a successful answer, as a stream.
  func open(_ request: APIRequest, idle: Duration) async throws(KubernetesError) -> HTTPBody {
    try await attempts(request) { (identity) async throws(KubernetesError) in
      let deadlines = Deadlines(connect: options.deadlines.connect, total: nil, idle: idle)
      var http = http(request, identity, deadlines: deadlines, limit: nil)
      http.ownConnection = true
      return try await timed(request) { [http] (record) async throws(KubernetesError) in
        let response = try await head(http, &record)
        guard (200..<300).contains(response.status) else { throw try await refusal(response) }
        return response.body
      }
    }
  }

  /// Runs the operation again as long as ``AttemptState`` says so.
  private func attempts<Output: Sendable>(
    _ request: APIRequest, _ operation: (Identity) async throws(KubernetesError) -> Output
  ) async throws(KubernetesError) -> Output {
    var state = AttemptState(options.retry, isIdempotent: request.isIdempotent)
    while true {
      let identity = try await identity.current()
      if identity.hasRenewedTLS { await transport.closeIdleConnections() }
      do throws(KubernetesError) {
        return try await operation(identity)
      } catch {
        switch state.failed(error, random: .random(in: 0..<1)) {
        case .renewIdentity: guard await self.identity.refused(identity) else { throw error }
        case .again(let wait): try await pause(wait)
        case .fail: throw error
        }
      }
    }
  }

  private func pause(_ wait: Duration) async throws(KubernetesError) {
    guard wait > .zero else { return }
    do {
      try await sleep(wait)
    } catch {
      throw .transport(
        TransportError(
          kind: .cancelled, phase: .connect, host: Self.host(configuration.server),
          cause: "cancelled while waiting to try again"))
    }
  }

  private func http(
    _ request: APIRequest, _ identity: Identity, deadlines: Deadlines, limit: Int?
  ) -> HTTPRequest {
    var headers = [HTTPField("Accept", request.accept), HTTPField("User-Agent", options.userAgent)]
    headers += identity.headers
    if let contentType = request.contentType { headers.append(HTTPField("Content-Type", contentType)) }
    return HTTPRequest(
      method: request.method, url: configuration.server + request.target, headers: headers, body: request.body,
      tls: identity.tls, deadlines: deadlines, bodyLimit: limit, proxy: configuration.proxy,
      acceptsCompression: request.acceptsCompression && configuration.acceptsCompression)
  }

  private func head(
    _ request: HTTPRequest, _ record: inout RequestRecord
  ) async throws(KubernetesError) -> HTTPResponse {
    do throws(TransportError) {
      let response = try await transport.send(request)
      record.code = response.status
      record.flowSchemaUID = response.header("X-Kubernetes-PF-FlowSchema-UID")
      if let onWarning = options.onWarning {
        for field in response.headers where field.name.lowercased() == "warning" {
          if let text = Answer.warning(field.value) { onWarning(text) }
        }
      }
      return response
    } catch {
      throw .transport(error)
    }
  }

  private func timed<Output: Sendable>(
    _ request: APIRequest, _ operation: (inout RequestRecord) async throws(KubernetesError) -> Output
  ) async throws(KubernetesError) -> Output {
    var record = RequestRecord(
      verb: request.verb, method: request.method, host: Self.host(configuration.server), type: request.type,
      subresource: request.subresource, duration: .zero)
    let start = ContinuousClock.now
    defer {
      record.duration = .now - start
      options.onRequest?(record)
    }
    do throws(KubernetesError) {
      return try await operation(&record)
    } catch {
      if case .transport(let cause) = error { record.failure = cause.kind }
      throw error
    }
  }

  /// The error that a refusal spells. An error that breaks off half-way is still one of that code.
  private func refusal(_ response: HTTPResponse) async throws(KubernetesError) -> KubernetesError {
    var bytes: [UInt8] = []
    var body = response.body.makeAsyncIterator()
    do throws(TransportError) {
      while bytes.count < Self.errorLimit, let chunk = try await body.next() { bytes += chunk }
    } catch {
      if error.kind == .cancelled { throw .transport(error) }
    }
    let wait = response.header("Retry-After").flatMap {
      RetryAfter.wait($0, date: response.header("Date"), now: .now())
    }
    return .status(Answer.status(code: response.status, bytes, retryAfter: wait))
  }

  /// Host and port of a URL, without user name and password.
  static func host(_ url: String) -> String {
    let rest = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
    return String(rest.split(separator: "@").last ?? "")
  }
}
