// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON

extension CorootSteps {
  /// Compares an integration with what is wanted, and puts it if it differs.
  ///
  /// A put tests the backend, migrates ClickHouse whichever integration it is, and ends the connections to ClickHouse, so
  /// nothing is put without a need.
  mutating func settle(_ integration: CorootIntegration, project id: String) async throws(CorootFailure) {
    let path = "/api/project/\(id)/integrations/\(integration.rawValue)"
    let wanted = CorootForm(integration, of: demand)
    let before = try await stored(integration, at: path)
    for secret in before.secrets { session.redaction.add(secret) }
    guard !before.isMasked else { throw CorootFailure(outcome: .notAdmin(role: nil)) }
    guard !wanted.differences(from: before).isEmpty || demand.putAgain.contains(integration) else { return }
    // Until it was read back, the put may have been stored, and may have failed afterwards.
    verdict.putAgain.insert(integration)
    let reply = try await session.sendAsAdmin(
      "PUT", path, body: .object(wanted.fields), within: session.limits.saving)
    if case .answer = reply {
      // Every put repeats the migration, of the newest settings, so its result counts and not that of the one before.
      findings.removeAll { if case .savedButFailed = $0 { true } else { false } }
      verdict.putAgain = [integration]
    }
    if case .answer(let answer) = reply, answer.status == 403 {
      throw CorootFailure(outcome: .notAdmin(role: nil))
    }
    if case .answer(let answer) = reply, answer.status == 400, !answer.isPage {
      // Nothing was stored: it differs in the next run as well. The text may have a second line: the migration of what is stored failed as well.
      findings.append(.integrationRefused(integration, answered: answer.excerpt(session.redaction)))
      verdict.putAgain.remove(integration)
      return
    }
    try await judge(reply, integration, wanted: wanted, before: before, path: path)
  }

  /// Reads back what a put left: an answer of 500, or none, does not say whether it was stored.
  private mutating func judge(
    _ reply: CorootSession.Reply, _ integration: CorootIntegration, wanted: CorootForm, before: CorootForm, path: String
  ) async throws(CorootFailure) {
    let different = wanted.differences(from: try await stored(integration, at: path))
    if different.isEmpty {
      verdict.changed.insert(integration)
      if before.isUnset { verdict.wasUnset.insert(integration) }
    }
    switch reply {
    case .lost(let cause):
      guard different.isEmpty else { throw CorootFailure(outcome: .unreachable(cause: cause)) }
      findings.append(.savedButFailed(integration, answered: "no answer: \(cause)"))
    case .answer(let answer) where answer.isDone:
      verdict.putAgain.remove(integration)
      if !different.isEmpty { findings.append(.integrationNotKept(integration, fields: different)) }
    case .answer(let answer):
      guard different.isEmpty, answer.status >= 500 else {
        throw session.unlike(answer, doing: "store the \(integration.name) integration")
      }
      findings.append(.savedButFailed(integration, answered: answer.excerpt(session.redaction)))
    }
  }

  private mutating func stored(
    _ integration: CorootIntegration, at path: String
  ) async throws(CorootFailure) -> CorootForm {
    let deadlines = integration == .clickhouse ? session.limits.readingClickHouse : session.limits.reading
    let answer = try await session.answerAsAdmin("GET", path, within: deadlines)
    guard let form = CorootForm(integration, stored: answer) else {
      throw session.unlike(answer, doing: "report the \(integration.name) integration")
    }
    return form
  }
}
