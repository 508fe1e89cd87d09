// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesCore
import Synchronization
import Testing
import Waiting

@testable import KubernetesClient

@Suite struct CredentialSourceTests {
  /// A plugin whose runs a test ends.
  private final class Stage: Sendable {
    private struct State {
      var running: [CheckedContinuation<Result<PluginCredential, PluginFailure>, Never>] = []
      var runs = 0
      var now = Timestamp(secondsSinceEpoch: 1000)
    }

    private let state = Mutex(State())

    var runs: Int { state.withLock { $0.runs } }
    var isRunning: Bool { state.withLock { !$0.running.isEmpty } }

    func setNow(_ seconds: Int64) { state.withLock { $0.now = Timestamp(secondsSinceEpoch: seconds) } }

    func source() -> CredentialSource {
      CredentialSource(
        CredentialPlugin(command: "a"),
        run: { (_) async throws(PluginFailure) in
          let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
              self.state.withLock { state in
                state.runs += 1
                state.running.append(continuation)
              }
            }
          } onCancel: {
            self.end(.failure(.cancelled))
          }
          return try result.get()
        }, now: { self.state.withLock { $0.now } })
    }

    func end(_ result: Result<PluginCredential, PluginFailure>) {
      let ended = state.withLock { state in
        defer { state.running = [] }
        return state.running
      }
      for continuation in ended { continuation.resume(returning: result) }
    }
  }

  private let stage = Stage()
  private let failure = PluginFailure.failed("no")

  private func credential(_ token: String, until end: Int64? = nil) -> PluginCredential {
    PluginCredential(token: token, expiration: end.map { Timestamp(secondsSinceEpoch: $0) })
  }

  private func asked(_ source: CredentialSource) async throws -> Task<Result<String?, PluginFailure>, Never> {
    let task = Task { () -> Result<String?, PluginFailure> in
      do throws(PluginFailure) { return .success(try await source.credential().credential.token) } catch {
        return .failure(error)
      }
    }
    try await eventually("the plugin runs") { stage.isRunning }
    return task
  }

  @Test func oneRunForAllWhoWait() async throws {
    let source = stage.source()
    let tasks = try await [asked(source), asked(source), asked(source)]
    try await eventually("all wait") { await source.waiters == 3 }
    stage.end(.success(credential("t", until: 2000)))
    for task in tasks { #expect(await task.value == .success("t")) }
    #expect(try await source.credential().credential.token == "t")
    #expect(stage.runs == 1)
  }

  @Test func renewedBeforeItEndsAndKeptIfThatFails() async throws {
    let source = stage.source()
    let first = try await asked(source)
    stage.end(.success(credential("one", until: 2000)))
    _ = await first.value
    stage.setNow(1995)
    let second = try await asked(source)
    stage.end(.failure(failure))
    #expect(await second.value == .success("one"))
    stage.setNow(2000)
    let third = try await asked(source)
    stage.end(.failure(failure))
    #expect(await third.value == .failure(failure))
    let fourth = try await asked(source)
    stage.end(.success(credential("two")))
    #expect(await fourth.value == .success("two"))
    #expect(stage.runs == 4)
  }

  @Test func refusedOnceHoweverManyRequestsAreRefused() async throws {
    let source = stage.source()
    let first = try await asked(source)
    stage.end(.success(credential("one")))
    _ = await first.value
    let generation = try await source.credential().generation
    await source.refused(generation: generation)
    let second = try await asked(source)
    stage.end(.success(credential("two")))
    #expect(await second.value == .success("two"))
    await source.refused(generation: generation)
    #expect(try await source.credential().credential.token == "two")
    #expect(stage.runs == 2)
  }

  @Test func theRunEndsWhenNobodyWaits() async throws {
    let source = stage.source()
    let tasks = try await [asked(source), asked(source)]
    try await eventually("both wait") { await source.waiters == 2 }
    tasks[0].cancel()
    #expect(await tasks[0].value == .failure(.cancelled))
    #expect(stage.isRunning)
    tasks[1].cancel()
    #expect(await tasks[1].value == .failure(.cancelled))
    try await eventually("the run is cancelled") { !stage.isRunning }
    let next = try await asked(source)
    stage.end(.success(credential("t")))
    #expect(await next.value == .success("t"))
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await stage.source().credential()
    }
    await #expect(throws: PluginFailure.cancelled) { try await cancelled.value }
  }

  @Test func requestsCarryWhatThePluginTells() async throws {
    let tokens = Mutex(["one", "two", "three"][...])
    let pair = KeyPair(certificate: Array("c".utf8), key: Array("k".utf8))
    let configuration = ClusterConfiguration(
      server: "https://api:6443", credentials: .plugin(CredentialPlugin(command: "a")))
    let identity = IdentitySource(
      configuration,
      run: { (_) async throws(PluginFailure) in
        PluginCredential(token: tokens.withLock { $0.popFirst() }, keyPair: pair)
      })
    let object = #"{"metadata":{"name":"a"}}"#
    let refused = ScriptedTransport.Answer.body(401, "")
    let transport = ScriptedTransport(
      .body(200, object), .body(200, object), refused, .body(200, object), refused, refused)
    let client = KubernetesClient(
      transport: transport, configuration: configuration, options: KubernetesClient.Options(userAgent: "tests/1"),
      identity: identity)
    for _ in 0..<3 { _ = try await client.get(.nodes, ObjectKey(name: "a")) }
    await #expect(throws: KubernetesError.self) { try await client.get(.nodes, ObjectKey(name: "a")) }
    #expect(
      transport.requests.compactMap {
        $0.headers.first { $0.name == "Authorization" }?.value.split(separator: " ").last
      }
        == ["one", "one", "one", "two", "two", "three"])
    #expect(
      transport.requests.allSatisfy { $0.tls.clientCertificate == pair.certificate && $0.tls.clientKey == pair.key })
  }

  @Test func failuresAreThoseOfTheRequest() async {
    let configuration = ClusterConfiguration(
      server: "https://api:6443", credentials: .plugin(CredentialPlugin(command: "a")))
    func failure(_ failure: PluginFailure) async -> KubernetesError? {
      let identity = IdentitySource(configuration, run: { (_) async throws(PluginFailure) in throw failure })
      do throws(KubernetesError) { _ = try await identity.current() } catch { return error }
      return nil
    }
    #expect(await failure(.failed("words")) == .credentials("words"))
    #expect(await failure(.cancelled)?.isCancelled == true)
  }
}
