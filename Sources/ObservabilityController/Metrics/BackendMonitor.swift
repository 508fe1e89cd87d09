// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import HTTPTransport

/// Asks metrics backends how they are, and remembers the answers.
///
/// A backend that answers is asked again every minute; one that does not, after 5 s and then ever more rarely, up to
/// every 30 s. A change of address or credentials is asked at once.
actor BackendMonitor {
  /// An answer, and when the next one is due.
  struct Answer: Sendable {
    var verdict: BackendVerdict
    var nextAfter: Duration
  }

  private struct Record {
    var backend: MetricsBackend
    var verdict: BackendVerdict
    var due: Duration
    var failures: Int
  }

  static let healthyInterval = Duration.seconds(60)
  static let failingIntervals: [Duration] = [.seconds(5), .seconds(10), .seconds(20), .seconds(30)]

  private let transport: any HTTPTransport
  private let environment: RuntimeEnvironment
  private var records: [String: Record] = [:]

  init(transport: any HTTPTransport, environment: RuntimeEnvironment) {
    self.transport = transport
    self.environment = environment
  }

  /// How the backend of the object is: from memory while that is fresh, else by asking.
  func answer(for object: String, backend: MetricsBackend) async -> Answer {
    let now = environment.now()
    if let record = records[object], record.backend == backend, record.due > now {
      return Answer(verdict: record.verdict, nextAfter: record.due - now)
    }
    let verdict = await ask(backend)
    var failures = 0
    if !verdict.isReady {
      failures = 1 + (records[object].flatMap { $0.backend == backend ? $0.failures : nil } ?? 0)
    }
    let interval =
      failures == 0
      ? Self.healthyInterval : Self.failingIntervals[min(failures, Self.failingIntervals.count) - 1]
    records[object] = Record(
      backend: backend, verdict: verdict, due: environment.now() + interval, failures: failures)
    return Answer(verdict: verdict, nextAfter: interval)
  }

  /// Forgets an object that is gone.
  func forget(_ object: String) {
    records[object] = nil
  }

  private func ask(_ backend: MetricsBackend) async -> BackendVerdict {
    await VictoriaMetricsCheck(transport: transport).run(
      writeURL: backend.writeURL, readURL: backend.readURL,
      credentials: backend.credentials.map {
        (URLSafeCredential.decoded($0.username), URLSafeCredential.decoded($0.password))
      },
      ca: backend.certificateAuthorities)
  }
}
