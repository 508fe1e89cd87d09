// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import HTTPTransport
import KubernetesCore
import ObservabilityAPI
import Synchronization

/// How a Coroot server is, and whether it is wired as wanted; what differs is put right on the way.
struct CorootQuestion: BackendQuestion {
  /// The name of the `Observability`.
  let object: String
  let access: CorootAccess
  let demand: CorootDemand
  /// Which servers run: one that was restarted may have lost its database.
  let servers: [String]

  static func isGood(_ answer: CorootAnswer) -> Bool { answer.verdict.outcome.isReady }

  /// Each look makes the server read an hour of metrics, and logs in.
  static var healthyInterval: Duration { .seconds(60) }

  func interval(after answer: CorootAnswer, failures: Int) -> Duration {
    switch answer.verdict.outcome {
    // The next attempt follows from a change of the Secret; this one is for a password that was changed back.
    case .loginRefused: .seconds(300)
    case .ready: Self.healthyInterval
    default: failures > 2 ? Self.healthyInterval : .seconds(10 * failures)
    }
  }
}

/// What a look at the server gave.
struct CorootAnswer: Hashable, Sendable {
  var verdict: CorootVerdict
  /// When the operator last stored the ClickHouse settings of this question, in seconds since 1970.
  var storedAt: Int64?

  /// What was read back as wanted; nil if something was not.
  var stored: CorootIntegrations.Stored? {
    guard let project = verdict.projectID, verdict.isClickHouseStored else { return nil }
    return CorootIntegrations.Stored(project: project, since: storedAt)
  }
}

/// Asks servers, and keeps between two looks what one look hands to the next. All of it can be lost without harm.
final class CorootInquiry: Sendable {
  private struct Kept {
    var clickHouse: CorootClickHouse
    var storedAt: Int64?
    var putAgain: Set<CorootIntegration> = []
    /// The project as the server last gave it.
    var project: String?
    /// The project whose ClickHouse integration was found as wanted, when, and with which servers: one that was started
    /// since has read what is stored, which somebody may have changed before.
    var known: (project: String, at: Duration, servers: [String])?
  }

  /// Each read of the ClickHouse integration leaves the server with an open connection for an hour.
  private static let clickHouseInterval = Duration.seconds(600)

  private let check: CorootCheck
  private let environment: RuntimeEnvironment
  private let kept = Mutex<[String: Kept]>([:])
  private let sessions = Mutex<[String: CorootSecret]>([:])
  private let turns = Turns()

  init(_ transport: any HTTPTransport, _ environment: RuntimeEnvironment) {
    check = CorootCheck(transport: transport)
    self.environment = environment
  }

  /// Hands in the session that the cluster holds, for an operator that was restarted.
  func offer(_ session: CorootSecret?, of object: String) {
    guard let session else { return }
    sessions.withLock { if $0[object] == nil { $0[object] = session } }
  }

  func forget(_ object: String) {
    kept.withLock { $0[object] = nil }
    sessions.withLock { $0[object] = nil }
  }

  /// The project's ID as the server last gave it.
  func project(of object: String) -> String? { kept.withLock { $0[object]?.project } }

  /// Asks the server of one object one question at a time: of two checks at once the older could store what the newer has
  /// replaced, and each would miss what the other changed.
  func ask(_ question: CorootQuestion) async -> CorootAnswer {
    await turns.begin(question.object)
    defer { turns.end(question.object) }
    return await askNow(question)
  }

  private func askNow(_ question: CorootQuestion) async -> CorootAnswer {
    var demand = question.demand
    demand.viewer?.session = sessions.withLock { $0[question.object] }
    let before = kept.withLock { kept -> Kept in
      if let before = kept[question.object], before.clickHouse == demand.clickHouse { return before }
      return Kept(clickHouse: demand.clickHouse, project: kept[question.object]?.project)
    }
    demand.putAgain = before.putAgain
    if let known = before.known, known.servers == question.servers, isRecent(known.at) {
      demand.clickHouseKnownFor = known.project
    }
    let verdict = await check.run(question.access, demand)
    let after = kept.withLock { kept -> Kept in
      let after = self.after(before, verdict, question.servers)
      kept[question.object] = after
      return after
    }
    if let session = verdict.viewerSession { sessions.withLock { $0[question.object] = session } }
    return CorootAnswer(verdict: verdict, storedAt: after.storedAt)
  }

  private func after(_ before: Kept, _ verdict: CorootVerdict, _ servers: [String]) -> Kept {
    var after = before
    after.project = verdict.projectID ?? before.project
    if verdict.changed.contains(.clickhouse) { after.storedAt = environment.timestamp().secondsSinceEpoch }
    after.putAgain = verdict.putAgain
    switch verdict.outcome {
    case .ready:
      guard let project = verdict.projectID else { break }
      if before.known?.project != project || before.known?.servers != servers || !isRecent(before.known?.at) {
        after.known = (project, environment.now(), servers)
      }
    default: after.known = nil
    }
    return after
  }

  private func isRecent(_ time: Duration?) -> Bool {
    time.map { environment.now() - $0 < Self.clickHouseInterval } ?? false
  }
}

/// Lets one task at a time act for each name, in the order in which they came.
private final class Turns: Sendable {
  /// Who waits, by the name of what is being acted for.
  private let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

  func begin(_ name: String) async {
    await withCheckedContinuation { continuation in
      let isFree = waiting.withLock { waiting in
        guard waiting[name] != nil else {
          waiting[name] = []
          return true
        }
        waiting[name, default: []].append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  func end(_ name: String) {
    let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
      guard waiting[name]?.isEmpty == false else {
        waiting[name] = nil
        return nil
      }
      return waiting[name]?.removeFirst()
    }
    next?.resume()
  }
}
