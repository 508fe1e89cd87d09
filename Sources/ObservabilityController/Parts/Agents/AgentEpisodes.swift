// SPDX-License-Identifier: Apache-2.0

/// What has been told of agents that fail, so that each is told once, and always in the same words. Pure.
///
/// An episode begins when an agent fails on a node and ends when one is ready there: restarts, and pods that replace each
/// other and fail alike, are one. The last words of a process rarely read the same twice; the first ones stand.
struct AgentEpisodes: Hashable, Sendable {
  /// How many agents that fail for the same reason are told one by one; the condition counts the others.
  static let toldAtOnce = 10

  private struct Key: Hashable {
    var node: String
    var reason: String
  }

  private struct Episode: Hashable {
    var words: String
    var isTold: Bool
  }

  private var episodes: [Key: Episode] = [:]

  /// Whether something is being told of.
  var isEmpty: Bool { episodes.isEmpty }

  /// Takes in what fails now.
  ///
  /// - Parameter isOver: whether nothing fails on a node any longer; asked only of nodes on which something did.
  /// - Returns: the failures in the words that were used first, and those that are news.
  mutating func update(
    _ failures: [AgentFailure], isOver: (String) -> Bool
  ) -> (failures: [AgentFailure], news: [AgentFailure]) {
    let present = Set(failures.map { Key(node: $0.node, reason: $0.reason) })
    episodes = episodes.filter { present.contains($0.key) || !isOver($0.key.node) }
    var told: [String: Int] = [:]
    for (key, episode) in episodes where episode.isTold { told[key.reason, default: 0] += 1 }
    var news: [AgentFailure] = []
    var known: [AgentFailure] = []
    for var failure in failures {
      let key = Key(node: failure.node, reason: failure.reason)
      if let episode = episodes[key] {
        failure.words = episode.words
      } else {
        let isTold = told[failure.reason, default: 0] < Self.toldAtOnce
        episodes[key] = Episode(words: failure.words, isTold: isTold)
        if isTold {
          told[failure.reason, default: 0] += 1
          news.append(failure)
        }
      }
      known.append(failure)
    }
    return (known, news)
  }
}
