// SPDX-License-Identifier: Apache-2.0

import DevCluster

extension World {
  /// What the replicas ask.
  static let requests = RequestPattern(token: "replica")

  /// One thing happens in a world at rest while the writes that it calls for fail.
  ///
  /// None of them has an effect and nothing happens afterwards, so no watch tells anybody to look again: whoever does not
  /// try again by itself leaves the world wrong.
  func trial() async {
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
    note("nothing fails any more")
    await server.setFaults(.none)
  }
}
