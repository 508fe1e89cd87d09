// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// What is right and wrong around the objects. Pure: it follows from ``Surroundings``.
package struct CheckReport: Hashable, Sendable {
  /// The address of the API server.
  package let server: String
  /// What matters more than every item, and casts doubt on them; nil if nothing does.
  package let headline: String?
  /// Every check, in order: the cluster, the operator and its rights, then object by object.
  package let items: [CheckItem]

  /// The report on what was read.
  package init(_ surroundings: Surroundings) {
    server = surroundings.server
    var items = surroundings.clusterItems
    let isReachable = !surroundings.operator.namespace.isEmpty
    if isReachable {
      items += surroundings.operatorItems
      let right = surroundings.operator.rightItem(
        surroundings.operator.rights, place: "outside the namespaces of children")
      items += [right].compactMap(\.self)
    }
    headline =
      isReachable && surroundings.isOperatorDown
      ? "NO OPERATOR RUNS. Every status below is as old as the last one that did." : nil
    switch surroundings.objects {
    case .read(let objects):
      items += objects.flatMap { ObjectCheck($0, in: surroundings).items }
      if objects.isEmpty {
        items.append(
          CheckItem(
            .object, .fault, "There is no Observability: nothing is observed.",
            remedy: "kubectl apply -f config/samples/agents-only.yaml"))
      }
    case .forbidden, .failed:
      items += [surroundings.objects.unread(.object, "Observabilities")].compactMap(\.self)
    case .notRead: break
    }
    self.items = items
  }

  /// The outcome of all checks together: the worst that matters.
  package var outcome: CheckOutcome {
    for outcome in [CheckOutcome.fault, .unknown, .warning] where count(outcome) > 0 { return outcome }
    return .ok
  }

  /// 0 if nothing is wrong, 1 if something is, 2 if nothing is known to be wrong but not everything could be read.
  package var exitCode: Int32 {
    switch outcome {
    case .ok, .skipped, .warning: 0
    case .fault: 1
    case .unknown: 2
    }
  }

  /// How many checks had that outcome.
  package func count(_ outcome: CheckOutcome) -> Int { items.count { $0.outcome == outcome } }

  /// The outcome in one sentence.
  package var verdict: String {
    let counts = [
      Self.counted(count(.ok), "right", "right"), Self.counted(count(.warning), "warning", "warnings"),
      Self.counted(count(.fault), "fault", "faults"), Self.counted(count(.unknown), "not read", "not read"),
    ].compactMap(\.self).joined(separator: ", ")
    switch outcome {
    case .ok, .skipped: return "ALL RIGHT: \(counts)."
    case .warning: return "ALL RIGHT, with warnings: \(counts)."
    case .fault: return "WRONG: \(counts). Begin with the first fault: those below may follow from it."
    case .unknown: return "NOT KNOWN: nothing is known to be wrong, but not everything could be read: \(counts)."
    }
  }

  private static func counted(_ count: Int, _ one: String, _ many: String) -> String? {
    count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
  }
}
