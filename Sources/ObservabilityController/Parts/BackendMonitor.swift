// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Synchronization

/// What may be asked of a backend: everything that the answer depends on, so that a change is asked at once.
protocol BackendQuestion: Hashable, Sendable {
  associatedtype Answer: Sendable

  /// Whether the answer is what it should be: then it holds for longer.
  static func isGood(_ answer: Answer) -> Bool

  /// How long a good answer holds.
  static var healthyInterval: Duration { get }

  /// How long an answer holds.
  ///
  /// - Parameter failures: how many answers in a row were not good, this one included.
  func interval(after answer: Answer, failures: Int) -> Duration
}

extension BackendQuestion {
  static var healthyInterval: Duration { .seconds(60) }

  func interval(after answer: Answer, failures: Int) -> Duration { Self.interval(after: failures) }

  /// After a failure 5 s, and then ever longer, up to 30 s.
  static func interval(after failures: Int) -> Duration {
    guard failures > 0 else { return healthyInterval }
    let failing: [Duration] = [.seconds(5), .seconds(10), .seconds(20), .seconds(30)]
    return failing[min(failures, failing.count) - 1]
  }
}

/// Asks backends how they are, beside reconciles, and remembers the answers by object.
///
/// A reconcile reads what is known, and never waits for a backend that hangs. One that is well is asked again after its
/// ``BackendQuestion/healthyInterval``; one that is not, after 5 s and then ever more rarely, up to every 30 s. Another question is asked at once.
final class BackendMonitor<Question: BackendQuestion>: Sendable {
  /// What is known of the answer to a question.
  struct Reading: Sendable {
    /// The last answer; nil if the first is still to come.
    var answer: Question.Answer?
    /// When the answer is due to be asked for again; nil while it is being asked for: then ``onAnswer`` is called.
    var nextAfter: Duration?
  }

  private struct Record {
    var question: Question
    var answer: Question.Answer?
    var due: Duration
    var failures = 0
    var isAsking = true
    /// How the last answer was, for the metrics.
    var check: BackendCheck?
  }

  private struct Job {
    let object: String
    let question: Question
  }

  private let environment: RuntimeEnvironment
  private let ask: @Sendable (Question) async -> Question.Answer
  private let onAnswer: @Sendable (String) -> Void
  private let records = Mutex<[String: Record]>([:])
  private let jobs = AsyncStream.makeStream(of: Job.self)

  /// - Parameters:
  ///   - onAnswer: called with the name of an object once its backend has answered.
  ///   - ask: asks; bounded in time by itself.
  init(
    environment: RuntimeEnvironment, onAnswer: @escaping @Sendable (String) -> Void,
    ask: @escaping @Sendable (Question) async -> Question.Answer
  ) {
    self.environment = environment
    self.onAnswer = onAnswer
    self.ask = ask
  }

  /// What is known of the backend of the object; it is asked if that is due.
  func reading(of object: String, _ question: Question) -> Reading {
    let now = environment.now()
    let (reading, isDue) = records.withLock { records -> (Reading, Bool) in
      guard var record = records[object], record.question == question else {
        records[object] = Record(question: question, due: now)
        return (Reading(), true)
      }
      if record.isAsking { return (Reading(answer: record.answer), false) }
      if record.due > now { return (Reading(answer: record.answer, nextAfter: record.due - now), false) }
      record.isAsking = true
      records[object] = record
      return (Reading(answer: record.answer), true)
    }
    if isDue { jobs.continuation.yield(Job(object: object, question: question)) }
    return reading
  }

  /// The last answer to the last question about the object, if it fits; asks nothing.
  func last(of object: String, where fits: (Question) -> Bool) -> Question.Answer? {
    records.withLock { records in records[object].flatMap { fits($0.question) ? $0.answer : nil } }
  }

  /// How the last check for each object ended; none before the first answer to the present question.
  func checks() -> [String: BackendCheck] { records.withLock { $0.compactMapValues(\.check) } }

  /// Forgets an object that is gone, or that asks no longer.
  func forget(_ object: String) {
    records.withLock { $0[object] = nil }
  }

  /// Asks what there is to be asked, until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await job in jobs.stream {
        group.addTask { await self.carryOut(job) }
      }
    }
  }

  private func carryOut(_ job: Job) async {
    let answer = await ask(job.question)
    // What was cut short at the end of the process is no answer.
    if Task.isCancelled { return }
    let (now, time) = (environment.now(), environment.timestamp())
    let isAwaited = records.withLock { records in
      // Another question has been asked since, or the object is gone.
      guard var record = records[job.object], record.question == job.question else { return false }
      record.failures = Question.isGood(answer) ? 0 : record.failures + 1
      record.due = now + record.question.interval(after: answer, failures: record.failures)
      record.answer = answer
      record.isAsking = false
      record.check = BackendCheck(isUp: record.failures == 0, time: time)
      records[job.object] = record
      return true
    }
    if isAwaited { onAnswer(job.object) }
  }
}
