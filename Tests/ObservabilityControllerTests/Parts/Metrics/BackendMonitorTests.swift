// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import HTTPTransport
import Harness
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Synchronization
import Testing

@testable import ObservabilityController

/// When a backend is asked.
@Suite struct BackendMonitorTests {
  static let backend = MetricsBackend(
    writeURL: "http://w:8480/insert/0/prometheus/api/v1/write", readURL: "http://r:8481/select/0/prometheus",
    source: "x")

  /// A monitor whose time stands still until it is told.
  final class Fixture: Sendable {
    let time = Time()
    let stub = BackendStub()
    let monitor: BackendMonitor<MetricsQuestion>
    private let answers = AsyncStream.makeStream(of: String.self)
    private let running: Task<Void, Never>

    init() {
      let (stub, told) = (stub, answers.continuation)
      let monitor = BackendMonitor<MetricsQuestion>(
        environment: time.environment, onAnswer: { told.yield($0) }, ask: { await $0.ask(stub) })
      self.monitor = monitor
      running = Task { await monitor.run() }
    }

    deinit { running.cancel() }

    func read(
      _ backend: MetricsBackend = BackendMonitorTests.backend, for object: String = "platform"
    ) throws -> BackendMonitor<MetricsQuestion>.Reading {
      monitor.reading(of: object, MetricsQuestion(backend, try Made.observability().spec))
    }

    /// Reads, waits for the answer if one is being asked for, and says how many requests that took.
    func ask(
      _ backend: MetricsBackend = BackendMonitorTests.backend, for object: String = "platform"
    ) async throws -> (ready: Bool, nextAfter: Duration?, requests: Int) {
      let before = stub.requests.count
      var reading = try read(backend, for: object)
      if reading.nextAfter == nil {
        for await name in answers.stream where name == object { break }
        reading = try read(backend, for: object)
      }
      return (reading.answer?.isReady == true, reading.nextAfter, stub.requests.count - before)
    }
  }

  final class Time: Sendable {
    private let value = Mutex(Duration.zero)

    func advance(by duration: Duration) { value.withLock { $0 += duration } }

    var environment: RuntimeEnvironment {
      RuntimeEnvironment(
        now: { self.value.withLock { $0 } }, sleep: { _ in }, timestamp: { Timestamp(secondsSinceEpoch: 0) },
        random: { 0 })
    }
  }

  @Test("The last check is known by object from its answer on, until the object is forgotten")
  func checks() async throws {
    let fixture = Fixture()
    #expect(fixture.monitor.checks().isEmpty)
    _ = try await fixture.ask()
    #expect(
      fixture.monitor.checks() == ["platform": BackendCheck(isUp: true, time: Timestamp(secondsSinceEpoch: 0))])
    var other = Self.backend
    other.readURL = "http://other:8481/select/0/prometheus"
    _ = try fixture.read(other)
    #expect(fixture.monitor.checks().isEmpty, "another question has not been answered")
    _ = try await fixture.ask(other)
    fixture.monitor.forget("platform")
    #expect(fixture.monitor.checks().isEmpty)
  }

  @Test func aFreshAnswerIsNotAskedForAgain() async throws {
    let fixture = Fixture()
    let first = try await fixture.ask()
    #expect(first.ready && first.requests == 3 && first.nextAfter == .seconds(60))
    fixture.time.advance(by: .seconds(59))
    let second = try await fixture.ask()
    #expect(second.ready && second.requests == 0 && second.nextAfter == .seconds(1))
    fixture.time.advance(by: .seconds(1))
    let third = try await fixture.ask()
    #expect(third.ready && third.requests == 3 && third.nextAfter == .seconds(60))
  }

  @Test("Nobody waits for an answer, the last one stands meanwhile, and it is asked for once")
  func whatIsKnownStandsWhileItIsAskedAgain() async throws {
    let fixture = Fixture()
    #expect(try fixture.read().answer == nil)
    _ = try await fixture.ask()
    fixture.time.advance(by: .seconds(60))
    let before = fixture.stub.requests.count
    for _ in 0..<3 { #expect(try fixture.read().answer?.isReady == true) }
    _ = try await fixture.ask()
    #expect(fixture.stub.requests.count - before == 3)
  }

  @Test func oneThatFailsIsAskedEverMoreRarelyAndAnAnswerEndsThat() async throws {
    let fixture = Fixture()
    fixture.stub.behaviour = .refusesConnections
    for expected in [5, 10, 20, 30, 30] {
      let answer = try await fixture.ask()
      #expect(!answer.ready && answer.requests == 1 && answer.nextAfter == .seconds(expected))
      fixture.time.advance(by: .seconds(expected) - .milliseconds(1))
      #expect(try await fixture.ask().requests == 0)
      fixture.time.advance(by: .milliseconds(1))
    }
    fixture.stub.behaviour = .healthy
    #expect(try await fixture.ask().nextAfter == .seconds(60))
    fixture.time.advance(by: .seconds(60))
    fixture.stub.behaviour = .refusesConnections
    #expect(try await fixture.ask().nextAfter == .seconds(5))
  }

  static let others: [MetricsBackend] = [
    { $0.writeURL = "http://elsewhere:8480/insert/0/prometheus/api/v1/write" },
    { $0.readURL = "http://elsewhere:8481/select/0/prometheus" },
    { $0.credentials = Credentials(username: "agent", password: "s3cret") },
    { $0.certificateAuthorities = [1] },
  ].map { (change: (inout MetricsBackend) -> Void) in
    var other = backend
    change(&other)
    return other
  }

  @Test(arguments: others)
  func aChangeIsAskedAtOnceAndBeginsAnew(_ other: MetricsBackend) async throws {
    let fixture = Fixture()
    fixture.stub.behaviour = .refusesConnections
    _ = try await fixture.ask()
    fixture.time.advance(by: .seconds(5))
    #expect(try await fixture.ask().nextAfter == .seconds(10))
    let changed = try await fixture.ask(other)
    #expect(changed.requests > 0 && changed.nextAfter == .seconds(5))
  }

  @Test func objectsDoNotShareAnswersAndAForgottenOneIsAskedAnew() async throws {
    let fixture = Fixture()
    _ = try await fixture.ask(for: "one")
    #expect(try await fixture.ask(for: "two").requests == 3)
    fixture.monitor.forget("one")
    #expect(try await fixture.ask(for: "one").requests == 3)
    #expect(try await fixture.ask(for: "two").requests == 0)
  }

  @Test func credentialsAreSentAsTheServerIsToReadThem() async throws {
    let fixture = Fixture()
    var backend = Self.backend
    backend.credentials = Credentials(username: "agent", password: "p%40ss")
    _ = try await fixture.ask(backend)
    let expected = "Basic " + Base64.encode(Array("agent:p@ss".utf8))
    for request in fixture.stub.requests {
      #expect(request.headers.first { $0.name == "Authorization" }?.value == expected)
      #expect(!request.url.contains("p%40ss") && !request.url.contains("p@ss"))
    }
  }
}
