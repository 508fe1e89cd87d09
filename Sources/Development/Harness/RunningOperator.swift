// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import Logging
import ObservabilityAPI
import ObservabilityController

/// An operator that runs in this process until it is stopped.
public struct RunningOperator: Sendable {
  /// The operator.
  public let instance: ObservabilityOperator
  /// What it logs.
  public let log: LogRecorder
  private let task: Task<Void, Never>

  /// Stops as on SIGTERM: running work is finished.
  public func stop() async {
    await instance.program.stop()
    await task.value
  }

  /// Ends as on SIGKILL, as far as that goes within a process: nothing more is sent.
  public func kill() async {
    task.cancel()
    await task.value
  }

  fileprivate func stopped<Result: Sendable>(
    after body: (RunningOperator) async throws -> Result
  ) async throws -> Result {
    do {
      let result = try await body(self)
      await stop()
      return result
    } catch {
      await stop()
      throw error
    }
  }

  /// Looks at all objects again, as a resync does, and waits until that is done.
  public func resync(_ names: [String] = ["platform"]) async {
    for name in names { instance.queue.add(name) }
    await instance.queue.waitUntilIdle()
  }

  fileprivate init(_ instance: ObservabilityOperator, log: LogRecorder) {
    self.instance = instance
    self.log = log
    // Without an election there is no lease to lose.
    task = Task { try? await instance.program.run() }
  }
}

extension TestCluster {
  /// Starts the operator with the rights that it is shipped with.
  ///
  /// - Parameter api: what the operator talks to; the cluster itself if not given.
  public func startOperator(
    environment: RuntimeEnvironment = .live, image: String = "operator:test", api: (any KubernetesAPI)? = nil
  ) -> RunningOperator {
    let log = LogRecorder()
    let instance = ObservabilityOperator(
      api: api ?? operatorClient, transport: backend,
      settings: OperatorSettings(version: DefaultImages.release, image: image), environment: environment,
      logger: log.logger(level: .debug))
    return RunningOperator(instance, log: log)
  }

  /// Runs a body beside the operator and stops it, however the body ends. Waits while other tests' operators run.
  public func withOperator<Result: Sendable>(
    environment: RuntimeEnvironment = .live, api: (any KubernetesAPI)? = nil,
    _ body: (RunningOperator) async throws -> Result
  ) async throws -> Result {
    try await ConcurrencyLimit.operators.run {
      try await startOperator(environment: environment, api: api).stopped(after: body)
    }
  }

  /// The same, beside an operator that is made by the caller.
  public func withOperator<Result: Sendable>(
    madeBy make: (Logger) -> ObservabilityOperator, _ body: (RunningOperator) async throws -> Result
  ) async throws -> Result {
    try await ConcurrencyLimit.operators.run {
      let log = LogRecorder()
      return try await RunningOperator(make(log.logger(level: .debug)), log: log).stopped(after: body)
    }
  }
}
