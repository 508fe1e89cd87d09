// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// Asks a credential plugin, one run at a time however many requests wait for it.
actor CredentialSource {
  /// Runs the plugin once.
  typealias Runner = @Sendable (CredentialPlugin) async throws(PluginFailure) -> PluginCredential

  /// A credential, and which one it is.
  struct Issued: Hashable, Sendable {
    var credential: PluginCredential
    var generation: Int
  }

  private typealias Waiter = CheckedContinuation<Result<Issued, PluginFailure>, Never>

  private let plugin: CredentialPlugin
  private let run: Runner
  private let now: @Sendable () -> Timestamp
  private var state = CredentialState()
  private var running: Task<Void, Never>?
  private var waiting: [Int: Waiter] = [:]
  private var lastNumber = 0

  init(
    _ plugin: CredentialPlugin, run: @escaping Runner = PluginRun.run,
    now: @escaping @Sendable () -> Timestamp = Timestamp.now
  ) {
    self.plugin = plugin
    self.run = run
    self.now = now
  }

  /// How many requests wait for a run.
  var waiters: Int { waiting.count }

  /// The credential to use now. Whoever is cancelled waits no longer; the plugin is ended when nobody waits.
  func credential() async throws(PluginFailure) -> Issued {
    if let credential = state.fresh(now: now()) {
      return Issued(credential: credential, generation: state.generation)
    }
    lastNumber += 1
    let number = lastNumber
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: Waiter) in
        guard !Task.isCancelled else { return continuation.resume(returning: .failure(.cancelled)) }
        waiting[number] = continuation
        start()
      }
    } onCancel: {
      Task { await self.leave(number) }
    }
    return try result.get()
  }

  /// The server does not accept the credential of that generation.
  func refused(generation: Int) {
    state.refused(generation: generation)
  }

  private func start() {
    guard running == nil else { return }
    running = Task {
      do throws(PluginFailure) {
        ended(.success(try await run(plugin)))
      } catch {
        ended(.failure(error))
      }
    }
  }

  private func ended(_ result: Result<PluginCredential, PluginFailure>) {
    let wasCancelled = running?.isCancelled == true
    running = nil
    let answer: Result<Issued, PluginFailure>
    switch result {
    case .success(let credential):
      state.told(credential)
      answer = .success(Issued(credential: credential, generation: state.generation))
    case .failure(.cancelled) where wasCancelled && !waiting.isEmpty:
      // Who waits now came after the last one had left.
      return start()
    case .failure(let failure):
      answer =
        state.lastResort(now: now()).map { .success(Issued(credential: $0, generation: state.generation)) }
        ?? .failure(failure)
    }
    for continuation in waiting.values { continuation.resume(returning: answer) }
    waiting = [:]
  }

  private func leave(_ number: Int) {
    waiting.removeValue(forKey: number)?.resume(returning: .failure(.cancelled))
    if waiting.isEmpty { running?.cancel() }
  }
}

/// What a credential plugin told last, and whether it can still be used.
struct CredentialState: Sendable {
  /// How long before its end a credential is renewed, so that it does not end on the way.
  static let leeway: Int64 = 10

  private(set) var credential: PluginCredential?
  /// Counts the credentials, so that one can say which of them was refused.
  private(set) var generation = 0

  /// The credential, if it is good for a while.
  func fresh(now: Timestamp) -> PluginCredential? {
    credential.flatMap { Self.isGood($0, for: Self.leeway, now) ? $0 : nil }
  }

  /// The credential, if it is good at this moment: what to do with when no newer one can be had.
  func lastResort(now: Timestamp) -> PluginCredential? {
    credential.flatMap { Self.isGood($0, for: 0, now) ? $0 : nil }
  }

  /// The plugin has told. An answer that has ended already is kept, too: clocks differ, and the server decides.
  mutating func told(_ credential: PluginCredential) {
    self.credential = credential
    generation += 1
  }

  /// The server has refused the credential of that generation.
  mutating func refused(generation: Int) {
    if generation == self.generation { credential = nil }
  }

  private static func isGood(_ credential: PluginCredential, for seconds: Int64, _ now: Timestamp) -> Bool {
    credential.expiration.map {
      Timestamp(secondsSinceEpoch: now.secondsSinceEpoch + seconds, nanoseconds: now.nanoseconds) < $0
    } ?? true
  }
}
