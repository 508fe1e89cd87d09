// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Testing

/// What goes wrong is decided by script or seed alone.
@Suite struct FaultPlanTests {
  private static func read(_ name: String) -> APIRequest {
    APIRequest("GET", "/api/v1/namespaces/work/configmaps/\(name)")
  }
  private static func write(_ name: String) -> APIRequest {
    APIRequest("PATCH", "/api/v1/namespaces/work/configmaps/\(name)", headers: [("User-Agent", "one")])
  }

  private static func word(_ fault: Fault?) -> String {
    switch fault {
    case nil: "-"
    case .answer(let answer): String(answer.status)
    case .closeConnection: "closed"
    case .loseAnswer: "lost"
    case .cut(let bytes): "cut \(bytes)"
    case .hold: "held"
    case .delay(let duration): "delayed \(duration)"
    case .delayAnswer(let duration): "late \(duration)"
    case .stale(let revisions): "stale \(revisions)"
    case .watch(let fault): "watch \(fault)"
    }
  }

  @Test func aScriptCountsWhatFits() {
    var plan = FaultPlan(script: [
      .init(.loseAnswer, for: RequestPattern(verbs: ["patch"]), skips: 1),
      .init(.refuse(409), for: RequestPattern(verbs: RequestPattern.writes, name: "a"), skips: 1, times: 2),
      .init(.closeConnection, for: RequestPattern(userAgent: "another"), times: nil),
    ])
    let requests = [
      Self.write("a"), Self.read("a"), Self.write("a"), Self.write("a"), Self.write("b"), Self.write("a"),
    ]
    // The second rule has spared its one by the time that the first is used up, and met one that the first took.
    #expect(requests.map { Self.word(plan.next(for: $0)) } == ["-", "-", "lost", "409", "-", "409"])
    #expect(plan.injected == 3)
  }

  @Test func aSeedGivesTheSameFaultsEachTime() {
    func faults(_ seed: UInt64) -> [String] {
      var plan = FaultPlan(seed: seed, mix: .badDay)
      return (0..<2000).map { Self.word(plan.next(for: $0 % 3 == 0 ? Self.read("a") : Self.write("b"))) }
    }
    #expect(faults(7) == faults(7))
    #expect(faults(7) != faults(8))
  }

  @Test func aBadDayKnowsEveryKindThatARequestCanMeet() {
    for (target, kinds) in [
      ("/api/v1/configmaps?resourceVersion=0", ["410", "429", "500", "503", "closed", "lost", "cut", "held", "stale"]),
      ("/api/v1/configmaps?watch=1", ["410", "watch", "delayed", "late"]),
    ] {
      var plan = FaultPlan(seed: 1, mix: .badDay)
      let found = (0..<5000).map { _ in Self.word(plan.next(for: APIRequest("GET", target))) }
      for kind in kinds { #expect(found.contains { $0.hasPrefix(kind) }, "\(kind) to \(target)") }
      #expect(found.contains("-"))
      #expect(!found.contains("409"), "a read knows no conflict")
    }
  }

  @Test func aReadThatNamesNoVersionIsNeverStaleBySeed() {
    var plan = FaultPlan(seed: 1, mix: FaultMix(perMille: [.stale: 1000]))
    #expect(plan.next(for: APIRequest("GET", "/api/v1/configmaps")) == nil)
    #expect(Self.word(plan.next(for: APIRequest("GET", "/api/v1/configmaps?resourceVersion=0"))).hasPrefix("stale"))
  }

  @Test func aPlanMayBeForSomeOnly() {
    var plan = FaultPlan(seed: 1, mix: FaultMix(perMille: [.dropped: 1000]), for: RequestPattern(token: "t"))
    #expect(plan.next(for: Self.read("a")) == nil)
    var request = Self.read("a")
    request.headers.append(("Authorization", "Bearer t"))
    #expect(Self.word(plan.next(for: request)) == "closed")
  }

  @Test func aPatternLooksAtEverythingThatItNames() {
    let request = APIRequest(
      "PATCH", "/apis/apps/v1/namespaces/work/deployments/a/status",
      headers: [("User-Agent", "one"), ("Authorization", "Bearer t")])
    let fits: [RequestPattern] = [
      .init(), .init(verbs: ["patch"]), .init(resource: "deployments"), .init(subresource: "status"),
      .init(namespace: "work"), .init(name: "a"), .init(userAgent: "one"), .init(token: "t"),
    ]
    let others: [RequestPattern] = [
      .init(verbs: ["get"]), .init(resource: "pods"), .init(subresource: ""), .init(namespace: "play"),
      .init(name: "b"), .init(userAgent: "two"), .init(token: "u"),
    ]
    for pattern in fits { #expect(pattern.fits(request), "\(pattern)") }
    for pattern in others { #expect(!pattern.fits(request), "\(pattern)") }
  }
}
