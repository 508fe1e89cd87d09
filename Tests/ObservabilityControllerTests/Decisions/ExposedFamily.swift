// SPDX-License-Identifier: Apache-2.0

import Testing

/// A metric family as it stands in Prometheus' text format.
struct ExposedFamily: Equatable {
  let name: String
  let type: String
  /// The names of the labels, in order, without `le`.
  let labels: [String]
  /// The values of the labels of each series; all series stand at zero.
  let series: Set<[String]>
  /// The bounds of the buckets, in order.
  let buckets: String

  init(_ name: String, _ type: String, _ labels: [String], _ series: Set<[String]>, _ buckets: String = "") {
    (self.name, self.type, self.labels, self.series, self.buckets) = (name, type, labels, series, buckets)
  }

  init(_ name: String, _ type: String, _ labels: [String], _ series: [[String]], _ buckets: String = "") {
    self.init(name, type, labels, Set(series), buckets)
  }

  /// The families of a text in which every number is zero; each has a help text.
  static func read(_ text: String) throws -> [ExposedFamily] {
    let blocks = text.split(separator: "# HELP ")
    return try blocks.map { block in
      let lines = block.split(separator: "\n")
      let head = try #require(lines.first).split(separator: " ", maxSplits: 1)
      let name = String(head[0])
      #expect(head.count == 2, "\(name) has no help")
      #expect(lines[1].hasPrefix("# TYPE \(name) "))
      let type = lines[1].split(separator: " ").last.map(String.init) ?? ""
      var labels: [String] = []
      var series: Set<[String]> = []
      var buckets: [String] = []
      for line in lines.dropFirst(2) {
        let match = try #require(try /^(\w+)(?:\{(.*)\})? 0$/.wholeMatch(in: line), "\(line) is not zero")
        let suffix = match.1.dropFirst(name.count)
        let pairs = (match.2 ?? "").matches(of: /(\w+)="([^"]*)"/)
        labels = pairs.map { String($0.1) }.filter { $0 != "le" }
        series.insert(pairs.filter { $0.1 != "le" }.map { String($0.2) })
        if suffix == "_bucket", let bound = pairs.last?.2, !buckets.contains(String(bound)) {
          buckets.append(String(bound))
        }
        #expect(["", "_bucket", "_sum", "_count"].contains(suffix))
      }
      return ExposedFamily(name, type, labels, series, buckets.joined(separator: " "))
    }
  }
}
