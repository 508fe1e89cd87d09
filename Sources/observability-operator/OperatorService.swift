// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import Logging
import ObservabilityController
import ServiceLifecycle
import Synchronization
import Telemetry

/// The process as a service: probes, watches, election and work, and the order in which they end.
struct OperatorService: Service {
  static let leaseName = "observability-operator"

  let instance: ObservabilityOperator
  let elector: LeaderElector?
  let registry: MetricsRegistry
  let address: ProbeAddress
  let transport: CurlTransport
  let logger: Logger
  private let stopping = Stopping()

  init(
    instance: ObservabilityOperator, elector: LeaderElector?, registry: MetricsRegistry, address: ProbeAddress,
    transport: CurlTransport, logger: Logger
  ) {
    self.instance = instance
    self.elector = elector
    self.registry = registry
    self.address = address
    self.transport = transport
    self.logger = logger
  }

  /// Runs until a graceful shutdown: not ready, no new work, running work finished, Lease released, watches and probes
  /// ended, in this order.
  ///
  /// - Throws: ``LeadershipLost``, upon which the process must end at once.
  func run() async throws {
    let probes = ProbeServer(
      address: address, registry: registry, liveness: [queueCheck, transportCheck],
      readiness: [syncCheck, leaseCheck, stoppingCheck])
    let bound = try await probes.start()
    logger.info("started", metadata: ["listen": "\(bound)"])
    let watching = Task { await instance.watch() }
    let trimming = Task {
      await instance.waitUntilSynced()
      ProgramImage.giveBack()
      while !Task.isCancelled {
        if Allocator.giveBack() { ProgramImage.giveBack() }
        try? await ContinuousClock().sleep(for: Allocator.interval)
      }
    }
    let probing = Task { try? await probes.run() }
    let working = Task { await work() }
    let lost = await withGracefulShutdownHandler {
      await working.value
    } onGracefulShutdown: {
      stopping.begin()
      Task {
        await instance.stop()
        // A candidate that does not lead has nothing to finish and would wait for ever.
        working.cancel()
      }
    }
    if let lost { throw lost }
    await instance.stop()
    watching.cancel()
    await watching.value
    trimming.cancel()
    probing.cancel()
    await probing.value
    await transport.shutdown()
    logger.info("stopped", metadata: [:])
  }

  /// Works while this process leads; nil unless the lease was lost.
  private func work() async -> LeadershipLost? {
    guard let elector else {
      await instance.work()
      return nil
    }
    guard case .lost(let cause) = await elector.run(onStartedLeading: { await instance.work() }) else { return nil }
    return LeadershipLost(cause: cause)
  }

  private var queueCheck: HealthCheck {
    HealthCheck("queue") { instance.queue.stuck() ?? instance.labelQueue.stuck() }
  }

  private var transportCheck: HealthCheck {
    HealthCheck("transport") {
      transport.isStuck(longerThan: .seconds(60)) ? "the HTTP thread has not come round for a minute" : nil
    }
  }

  private var syncCheck: HealthCheck {
    HealthCheck("caches-synced") { instance.isSynced ? nil : "the API server has not been read yet; see the log" }
  }

  private var leaseCheck: HealthCheck {
    HealthCheck("lease") { elector?.notReady }
  }

  private var stoppingCheck: HealthCheck {
    HealthCheck("not-stopping") { stopping.hasBegun ? "the process is stopping" : nil }
  }
}

private final class Stopping: Sendable {
  private let flag = Mutex(false)

  var hasBegun: Bool { flag.withLock { $0 } }

  func begin() { flag.withLock { $0 = true } }
}
