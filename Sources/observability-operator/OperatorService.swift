// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import Logging
import ObservabilityController
import ServiceLifecycle
import Telemetry

/// The process as a service: the program, with probes and memory kept low beside it for as long as it runs.
struct OperatorService: Service {
  static let leaseName = OperatorMetrics.lease

  let program: ControllerProgram
  let registry: MetricsRegistry
  let address: ProbeAddress
  let transport: CurlTransport
  let logger: Logger

  /// Runs until the program ends; probes answer until then.
  ///
  /// - Throws: ``LeadershipLost``, upon which the process must end at once.
  func run() async throws {
    let probes = ProbeServer(
      address: address, registry: registry, liveness: [queueCheck, transportCheck],
      readiness: [syncCheck, leaseCheck, stoppingCheck])
    let bound = try await probes.start()
    logger.info("started", metadata: ["listen": "\(bound)"])
    let trimming = Task {
      await program.waitUntilSynced()
      ProgramImage.giveBack()
      while !Task.isCancelled {
        if Allocator.giveBack() { ProgramImage.giveBack() }
        try? await ContinuousClock().sleep(for: Allocator.interval)
      }
    }
    let probing = Task { try? await probes.run() }
    try await program.run()
    trimming.cancel()
    probing.cancel()
    await probing.value
    await transport.shutdown()
    logger.info("stopped", metadata: [:])
  }

  private var queueCheck: HealthCheck {
    HealthCheck("queue") { program.stuck }
  }

  private var transportCheck: HealthCheck {
    HealthCheck("transport") {
      transport.isStuck(longerThan: .seconds(60)) ? "the HTTP thread has not come round for a minute" : nil
    }
  }

  private var syncCheck: HealthCheck {
    HealthCheck("caches-synced") { program.isSynced ? nil : "the API server has not been read yet; see the log" }
  }

  private var leaseCheck: HealthCheck {
    HealthCheck("lease") { program.leaseNotReady }
  }

  private var stoppingCheck: HealthCheck {
    HealthCheck("not-stopping") { program.isStopping ? "the process is stopping" : nil }
  }
}
