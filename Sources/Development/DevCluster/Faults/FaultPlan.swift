// SPDX-License-Identifier: Apache-2.0

/// Decides what goes wrong with which request: by script, by seed, or as a function says.
///
/// Script and seed are pure: the same requests in the same order meet the same faults.
public struct FaultPlan: Sendable {
  /// One line of a script.
  public struct Rule: Sendable {
    /// Which requests it is about.
    public var requests: RequestPattern
    /// How many of them are spared first.
    public var skips: Int
    /// How many of them it then meets; nil for all.
    public var times: Int?
    /// What goes wrong.
    public var fault: Fault

    /// The fault for the next of those requests, or for so many of them after the first so many.
    public init(_ fault: Fault, for requests: RequestPattern = .init(), skips: Int = 0, times: Int? = 1) {
      self.requests = requests
      self.skips = skips
      self.times = times
      self.fault = fault
    }
  }

  private enum Source: Sendable {
    case script([Rule])
    case seed(SeededRandom, FaultMix, RequestPattern)
    case function(@Sendable (APIRequest) -> Fault?)
  }

  private var source: Source

  /// How many faults there were.
  public private(set) var injected = 0

  /// Nothing goes wrong.
  public static let none = FaultPlan(script: [])

  /// Of the rules that fit a request, the first that is not used up decides; all that fit count it.
  public init(script rules: [Rule]) { source = .script(rules) }

  /// Faults at random, as often as the mix says, for the requests that fit.
  public init(seed: UInt64, mix: FaultMix, for requests: RequestPattern = .init()) {
    source = .seed(SeededRandom(seed: seed), mix, requests)
  }

  /// Asks a function about each request.
  public init(_ decide: @escaping @Sendable (APIRequest) -> Fault?) { source = .function(decide) }

  /// What goes wrong with the next request, if anything.
  public mutating func next(for request: APIRequest) -> Fault? {
    let fault: Fault?
    switch source {
    case .script(var rules):
      fault = Self.first(of: &rules, for: request)
      source = .script(rules)
    case .seed(var random, let mix, let requests):
      fault = requests.fits(request) ? mix.draw(for: request, &random) : nil
      source = .seed(random, mix, requests)
    case .function(let decide): fault = decide(request)
    }
    if fault != nil { injected += 1 }
    return fault
  }

  private static func first(of rules: inout [Rule], for request: APIRequest) -> Fault? {
    var fault: Fault?
    for index in rules.indices where rules[index].requests.fits(request) {
      if rules[index].skips > 0 {
        rules[index].skips -= 1
      } else if fault == nil, rules[index].times != 0 {
        fault = rules[index].fault
        rules[index].times = rules[index].times.map { $0 - 1 }
      }
    }
    return fault
  }
}
