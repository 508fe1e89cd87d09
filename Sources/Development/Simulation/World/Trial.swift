// SPDX-License-Identifier: Apache-2.0

import DevCluster

/// What befalls a world at rest: just one thing, so that no later event heals by accident what was left undone.
extension World {
  /// What the replicas ask.
  static let requests = RequestPattern(token: "replica")

  /// One of them.
  func trial() async {
    if draw(0...1) == 0 { await failingWrites() } else { await takeOverWithAnOldView() }
    note("the trial is over")
    await server.setFaults(.none)
    await server.releaseWatches()
  }

  /// Something changes while the writes that it calls for fail. None of them has an effect, so no watch tells anybody to
  /// look again: whoever does not try again by itself leaves the world wrong.
  private func failingWrites() async {
    var failing = Self.requests
    failing.verbs = draw(0...1) == 0 ? ["patch"] : RequestPattern.writes
    failing.resource = draw(0...3) == 0 ? "bundles" : "configmaps"
    let fault: Fault =
      switch draw(0...4) {
      case 0: .refuse(409)
      case 1: .refuse(429, retryAfter: draw(0...1) == 0 ? draw(1...20) : nil)
      case 2: .refuse(500)
      case 3: .refuse(503)
      default: .closeConnection
      }
    note("\(failing.verbs?.sorted() ?? []) of \(failing.resource ?? "") fail")
    await server.setFaults(FaultPlan(script: [.init(fault, for: failing, times: nil)]))
    if draw(0...2) == 0 { await touchChild() } else { await changeBundle() }
    try? await scheduler.sleep(.milliseconds(draw(100...20_000)))
  }

  /// The leader does what a change calls for and dies. Nobody else has been told of the change, and who takes over must
  /// not undo what it knows nothing of.
  private func takeOverWithAnOldView() async {
    guard let leader = replicas.first(where: \.leads) else { return }
    var watches = Self.requests
    watches.verbs = ["watch"]
    watches.resource = "bundles"
    note("only \(leader.name) is told of bundles")
    await server.setFaults(
      FaultPlan { [watches, name = leader.name] request in
        watches.fits(request) && request.header("user-agent") != name ? .watch(WatchFault(holds: true)) : nil
      })
    await server.endWatches()
    try? await scheduler.sleep(.seconds(3))
    await changeBundle()
    try? await scheduler.sleep(.seconds(2))
    crash(leader)
    // Long enough for another to lead, too short for its watch to end.
    try? await scheduler.sleep(.seconds(40))
  }
}
