// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

extension ObservabilityReconciler {
  /// For how long the status of an object waits for a part that has not been read yet.
  static let pendingPatience = Duration.seconds(10)

  /// Writes the status if it says something new, records Events, and logs the transitions.
  ///
  /// Right after a change to a child, or of a part, it waits for a moment: see ``StatusDebounce``. It waits longer for what
  /// has not been read yet: what is not known must not be told as if it were.
  func publishStatus(_ pass: inout Pass) async {
    let name = pass.object.name
    let now = environment.now()
    let conditions = ConditionAssembly(pass, parts)
    let isUnclear = isUnclear(&pass, now: now)
    let report = TransitionLog.Report(pass, isReady: isUnclear ? nil : conditions.isReady)
    for line in remember(name, { $0.transitions.record(report, now: now) }) { line.write(to: logger, object: name) }
    guard !waits(pass, conditions, now: now), !isUnclear else { return }

    let before = ConditionSet(pass.object[path: "status", "conditions"])
    var after = before
    conditions.write(to: &after, generation: pass.object.generation ?? 0, now: environment.timestamp())
    let status = status(pass, conditions: after)
    let isWritten: Bool
    do {
      isWritten = try await statusWriter.write(
        type: .observabilities, live: pass.object, status: storable(status, pass))
      metrics.published(name, status: status)
    } catch {
      // Deleted during the pass, which is no fault. A definition without the subresource answers the same.
      if error.isNotFound, (try? await isAsKnown(&pass)) == false { return }
      if error.namesUndeclaredField, await hasLearned(&pass) { return await publishStatus(&pass) }
      pass.failure = pass.failure ?? error
      return
    }
    let progressing = conditions.progressing
    let progressed = remember(name) { memory in
      defer { memory.progressing = progressing }
      return memory.progressing
    }
    // Without a write the store may be older than what is stored, and its Events were sent already.
    for event in ConditionEvents.items(
      before: isWritten ? before : after, after: after, parts: parts.ordered.map { type(of: $0).condition },
      progressing: progressing, progressed: progressed)
    {
      events.record(event, regarding: pass.object)
    }
  }

  /// Whether the status waits for a moment, since more is about to change.
  private func waits(_ pass: Pass, _ conditions: ConditionAssembly, now: Duration) -> Bool {
    let isSettled = conditions.isReady || pass.stalled != nil || pass.refused != nil || pass.failure != nil
    let movements = pass.parts.reduce(into: [PartID: Int]()) { $0[$1.id] = $1.report?.movement }
    return remember(pass.object.name) { memory in
      let moves = memory.movements != nil && memory.movements != movements
      memory.movements = movements
      return memory.debounce.waits(
        hasChanged: pass.changedSomething || moves && !isSettled, isSettled: isSettled, now: now)
    }
  }

  /// Whether something is still to be read, or an answer to come, so that it is not known how the object is. What a part
  /// cannot read for long is not waited for any more.
  private func isUnclear(_ pass: inout Pass, now: Duration) -> Bool {
    if pass.parts.contains(where: { $0.report?.awaitsAnswer == true }) { return true }
    guard pass.hasPendingPart, pass.stalled == nil, pass.refused == nil else {
      remember(pass.object.name) { $0.pendingSince = nil }
      return false
    }
    let since = remember(pass.object.name) { memory in
      let since = memory.pendingSince ?? now
      memory.pendingSince = since
      return since
    }
    let left = since + Self.pendingPatience - now
    if left > .zero { pass.nextLooks.append(left) }
    return left > .zero
  }

  /// Whether the API server's definition of the kind turns out to lack what has just been refused.
  private func hasLearned(_ pass: inout Pass) async -> Bool {
    let before = pass.definition
    await compareDefinition(&pass, isRefused: true)
    return pass.definition != nil && pass.definition != before
  }

  /// What of a status the cluster can store. What it cannot is named in a condition.
  private func storable(_ status: JSONObject, _ pass: Pass) -> JSONObject {
    pass.definition?.storable(status) ?? status
  }

  private func status(_ pass: Pass, conditions: ConditionSet) -> JSONObject {
    if pass.stalled != nil || pass.hasPendingPart {
      // Not everything was looked at, so all else stands as it was last seen.
      var status = pass.object["status"]?.object ?? [:]
      status["conditions"] = conditions.json
      if pass.stalled != nil {
        status["observedGeneration"] = .integer(pass.object.generation ?? 0)
      } else {
        status["inventory"] =
          ObservabilityStatus(observedGeneration: 0, inventory: pass.inventory.status).json["inventory"]
      }
      return status
    }
    var status = ObservabilityStatus(
      observedGeneration: pass.object.generation ?? 0, conditions: conditions.json.array ?? [])
    for part in pass.parts { part.report?.status.add(to: &status) }
    status.inventory = pass.inventory.status
    return status.json.object ?? [:]
  }
}
