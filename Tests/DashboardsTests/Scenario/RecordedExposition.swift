// SPDX-License-Identifier: Apache-2.0

import LocalServers

/// What a real agent served, replayed as the agent of a node: counters grow from what they were to twice that within two
/// hours, gauges stay.
struct RecordedExposition {
  private struct Sample {
    let name: String
    let labels: [String: String]
    let value: Double
    let grows: Bool
  }
  private let samples: [Sample]

  init(_ file: String) throws {
    let folder = "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/")
    var kinds: [String: String] = [:]
    var samples: [Sample] = []
    for line in try LocalFolder.text(of: "/\(folder)/Fixtures/\(file)").split(separator: "\n") {
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ")
        kinds[String(words[2])] = String(words[3])
      } else if !line.hasPrefix("#"), let match = line.wholeMatch(of: /(\w+)(?:\{(.*)\})? (\S+)/) {
        let name = String(match.1)
        let labels = (match.2 ?? "").matches(of: /(\w+)="((?:[^"\\]|\\.)*)"/).map { (String($0.1), String($0.2)) }
        let family = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) && kinds[name] == nil }
          .map { String(name.dropLast($0.count)) }
        let kind = kinds[family ?? name]
        samples.append(
          Sample(
            name: name, labels: Dictionary(labels) { $1 }, value: Double(match.3) ?? 0,
            grows: kind == "counter" || kind == "histogram"))
      }
    }
    self.samples = samples
  }

  var names: Set<String> { Set(samples.map(\.name)) }

  /// The series of that agent on a node of the object.
  func series(node: String) -> [ScenarioSeries] {
    samples.map { sample in
      var labels = Platform.labels(instance: "machine-\(node)").merging(sample.labels) { $1 }
      labels["machine_id"] = "machine-\(node)"
      if labels["hostname"] != nil { labels["hostname"] = node }
      return ScenarioSeries(name: sample.name, labels: labels) {
        sample.grows ? sample.value * (1 + $0 / Clock.end) : sample.value
      }
    }
  }
}
