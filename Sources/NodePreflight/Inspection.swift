// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// What all checks together found.
struct Inspection {
  /// What is worth a word.
  private(set) var notes: [String] = []
  /// What the agent cannot do without.
  private(set) var lacks: [(reason: IneligibilityReason, seen: String)] = []
  /// What could not be told.
  private(set) var errors: [HostError] = []

  /// Makes each check, whatever the others found: a person wants to know all that is missing, not the first of it.
  mutating func make(_ checks: [any Check], at host: any HostAccess) {
    for check in checks {
      do {
        switch try check.look(at: host) {
        case .present: break
        case .note(let text): notes.append(text)
        case .lack(let reason, let seen): lacks.append((reason, seen))
        }
      } catch {
        errors.append(error)
      }
    }
  }

  /// The verdict if the node does not pass: what it lacks outweighs what could not be told.
  func verdict(_ who: Credentials) -> Verdict? {
    let found = lacks.compactMap { lack in ExitCode(lack.reason).map { (code: $0, lack: lack) } }
      .sorted { $0.code.rawValue < $1.code.rawValue }
    if let first = found.first {
      let sentences = found.map { "\($0.lack.reason.meaning) Seen: \($0.lack.seen). \($0.lack.reason.remedy)" }
      return Verdict(first.code, first.lack.reason.name, sentences.joined(separator: " "))
    }
    guard let error = errors.first(where: { $0.kind == .forbidden }) ?? errors.first else { return nil }
    return Verdict(error, who)
  }
}
