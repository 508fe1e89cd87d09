// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import HTTPTransport
import Harness
import KubernetesClient
import KubernetesCore
import Synchronization
import Testing

@testable import ObservabilityController

/// When a backend is asked.
@Suite struct BackendMonitorTests {
  static let backend = MetricsBackend(
    writeURL: "http://w:8480/insert/0/prometheus/api/v1/write", readURL: "http://r:8481/select/0/prometheus",
    source: "x")

  /// A monitor whose time stands still until it is told.
  struct Fixture {
    let time = Time()
    let stub = BackendStub()
    let monitor: BackendMonitor

    init() {
      monitor = BackendMonitor(transport: stub, environment: time.environment)
    }

    /// Asks, and says how many requests that took.
    func ask(
      _ backend: MetricsBackend = BackendMonitorTests.backend, for object: String = "platform"
    ) async -> (ready: Bool, nextAfter: Duration, requests: Int) {
      let before = stub.requests.count
      let answer = await monitor.answer(for: object, backend: backend)
      return (answer.verdict.isReady, answer.nextAfter, stub.requests.count - before)
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

  @Test func aFreshAnswerIsNotAskedForAgain() async {
    let fixture = Fixture()
    let first = await fixture.ask()
    #expect(first.ready && first.requests == 3 && first.nextAfter == .seconds(60))
    fixture.time.advance(by: .seconds(59))
    let second = await fixture.ask()
    #expect(second.ready && second.requests == 0 && second.nextAfter == .seconds(1))
    fixture.time.advance(by: .seconds(1))
    let third = await fixture.ask()
    #expect(third.ready && third.requests == 3 && third.nextAfter == .seconds(60))
  }

  @Test func oneThatFailsIsAskedEverMoreRarelyAndAnAnswerEndsThat() async {
    let fixture = Fixture()
    fixture.stub.behaviour = .refusesConnections
    for expected in [5, 10, 20, 30, 30] {
      let answer = await fixture.ask()
      #expect(!answer.ready && answer.requests == 1 && answer.nextAfter == .seconds(expected))
      fixture.time.advance(by: .seconds(expected) - .milliseconds(1))
      #expect(await fixture.ask().requests == 0)
      fixture.time.advance(by: .milliseconds(1))
    }
    fixture.stub.behaviour = .healthy
    #expect(await fixture.ask().nextAfter == .seconds(60))
    fixture.time.advance(by: .seconds(60))
    fixture.stub.behaviour = .refusesConnections
    #expect(await fixture.ask().nextAfter == .seconds(5))
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
  func aChangeIsAskedAtOnceAndBeginsAnew(_ other: MetricsBackend) async {
    let fixture = Fixture()
    fixture.stub.behaviour = .refusesConnections
    _ = await fixture.ask()
    fixture.time.advance(by: .seconds(5))
    #expect(await fixture.ask().nextAfter == .seconds(10))
    let changed = await fixture.ask(other)
    #expect(changed.requests > 0 && changed.nextAfter == .seconds(5))
  }

  @Test func objectsDoNotShareAnswersAndAForgottenOneIsAskedAnew() async {
    let fixture = Fixture()
    _ = await fixture.ask(for: "one")
    #expect(await fixture.ask(for: "two").requests == 3)
    await fixture.monitor.forget("one")
    #expect(await fixture.ask(for: "one").requests == 3)
    #expect(await fixture.ask(for: "two").requests == 0)
  }

  @Test func credentialsAreSentAsTheServerIsToReadThem() async {
    let fixture = Fixture()
    var backend = Self.backend
    backend.credentials = Credentials(username: "agent", password: "p%40ss")
    _ = await fixture.ask(backend)
    let expected = "Basic " + Base64.encode(Array("agent:p@ss".utf8))
    for request in fixture.stub.requests {
      #expect(request.headers.first { $0.name == "Authorization" }?.value == expected)
      #expect(!request.url.contains("p%40ss") && !request.url.contains("p@ss"))
    }
  }
}
