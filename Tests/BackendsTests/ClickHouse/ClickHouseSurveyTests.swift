// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import Backends

/// Rows of a survey, as text.
enum SurveyText {
  static func parse(_ rows: [String]) -> ClickHouseSurvey {
    var survey = ClickHouseSurvey()
    survey.add(rows.compactMap { try? JSONParser.parse($0) })
    return survey
  }
}

@Suite struct ClickHouseSurveyTests {
  @Test("Numbers are read whether they are quoted or not")
  func readsNumbers() {
    let quoted = SurveyText.parse([
      FakeClickHouse.row("cluster", "x", "2", "3", "h:9000", "1"), FakeClickHouse.row("disk", "default", "5", "10"),
      FakeClickHouse.row("cloud", "2"),
    ])
    let plain = SurveyText.parse([
      #"{"kind":"cluster","a":"x","b":2,"c":3,"d":"h:9000","e":1}"#, #"{"kind":"disk","a":"default","b":5,"c":10}"#,
      #"{"kind":"cloud","a":2}"#,
    ])
    #expect(quoted == plain)
    #expect(quoted.clusters == ["x": [.init(shard: 2, replica: 3, host: "h:9000", isLocal: true)]])
    #expect(quoted.disks == [.init(name: "default", free: 5, total: 10)])
    #expect(quoted.isCloud)
    // Object storage has the largest number there is.
    let large = SurveyText.parse([FakeClickHouse.row("disk", "s3", "18446744073709551615", "18446744073709551615")])
    #expect(large.disks.first?.free == .max)
  }

  @Test("A server without a table leaves that part empty")
  func readsLittle() {
    let survey = SurveyText.parse([FakeClickHouse.row("version", "18.16.1"), "{}", #"{"kind":"later","a":1}"#])
    #expect(survey.version == ClickHouseVersion("18.16.1"))
    #expect(survey.keeper == .absent && survey.disks.isEmpty && survey.databaseEngine == nil && !survey.isCloud)
  }

  @Test("Keeper is configured if its table is there, and alive if that can be read")
  func readsKeeper() {
    let configured = FakeClickHouse.row("system", "zookeeper")
    #expect(SurveyText.parse([configured]).keeper == .unknown)
    #expect(SurveyText.parse([configured, FakeClickHouse.row("keeper", "0")]).keeper == .alive)
  }

  @Test(
    "The days of a TTL are read from the engine's definition",
    arguments: [
      ("MergeTree ORDER BY x TTL toDateTime(Timestamp) + toIntervalDay(7) SETTINGS index_granularity = 8192", 7, true),
      ("ReplicatedMergeTree('/a', 'b') ORDER BY x TTL toDate(t) + toIntervalDay(30)", 30, true),
      ("MergeTree ORDER BY x TTL t + toIntervalHour(7)", nil, true),
      ("MergeTree ORDER BY x SETTINGS ttl_only_drop_parts = 1", nil, false), ("", nil, false),
    ] as [(String, Int?, Bool)])
  func readsRetention(_ definition: String, _ days: Int?, _ hasTTL: Bool) {
    let table = ClickHouseSurvey.Table(engine: "MergeTree", definition: definition)
    #expect(table.retentionDays == days && table.hasTTL == hasTTL)
  }
}
