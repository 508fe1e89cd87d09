// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ObservabilityController

/// From which servers data is taken, through the life of an installation.
@Suite struct CorootIntegrationsTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var live: String?
    var wanted = "aaaa"
    var stored: CorootIntegrations.Stored?
    let project: String?
    let startedWith: String
    let takesDataWith: String

    init(
      _ name: String, live: String?, wanted: String = "aaaa", stored: (String, Int64?)? = nil, project: String? = nil,
      startedWith: String, takesDataWith: String
    ) {
      testDescription = name
      self.live = live
      self.wanted = wanted
      self.stored = stored.map { CorootIntegrations.Stored(project: $0.0, since: $0.1) }
      self.project = project
      self.startedWith = startedWith
      self.takesDataWith = takesDataWith
    }
  }

  @Test(
    "Data is taken only from servers that were started with what is stored",
    arguments: [
      Row("nothing is there yet", live: nil, startedWith: "none", takesDataWith: "closed"),
      Row("the first server runs", live: "none", startedWith: "none", takesDataWith: "closed"),
      Row(
        "its settings were stored", live: "none", stored: ("p1", 7), startedWith: "aaaa-p1-7",
        takesDataWith: "aaaa-p1-7"),
      Row(
        "it was restarted with them", live: "aaaa-p1-7", stored: ("p1", 7), startedWith: "aaaa-p1-7",
        takesDataWith: "aaaa-p1-7"),
      Row(
        "the operator was restarted", live: "aaaa-p1-7", stored: ("p1", nil), startedWith: "aaaa-p1-7",
        takesDataWith: "aaaa-p1-7"),
      Row(
        "the operator ended between storing and restarting", live: "none", stored: ("p1", nil), startedWith: "aaaa-p1",
        takesDataWith: "aaaa-p1"),
      Row(
        "the server cannot be asked", live: "aaaa-p1-7", startedWith: "aaaa-p1-7", takesDataWith: "aaaa-p1-7"),
      Row(
        "the server failed at something else", live: "aaaa-p1-7", project: "p1", startedWith: "aaaa-p1-7",
        takesDataWith: "aaaa-p1-7"),
      Row(
        "the database was lost, and the server cannot be wired", live: "aaaa-p1-7", project: "p2",
        startedWith: "aaaa-p1-7", takesDataWith: "closed"),
      Row(
        "the password was rotated, and is not stored yet", live: "aaaa-p1-7", wanted: "bbbb",
        startedWith: "aaaa-p1-7", takesDataWith: "closed"),
      Row(
        "the new password is stored", live: "aaaa-p1-7", wanted: "bbbb", stored: ("p1", 9), startedWith: "bbbb-p1-9",
        takesDataWith: "bbbb-p1-9"),
      Row(
        "the database was lost", live: "aaaa-p1-7", stored: ("p2", 9), startedWith: "aaaa-p2-9",
        takesDataWith: "aaaa-p2-9"),
      Row(
        "the settings were changed by hand, and put right", live: "aaaa-p1-7", stored: ("p1", 9),
        startedWith: "aaaa-p1-9", takesDataWith: "aaaa-p1-9"),
      Row(
        "a project whose ID begins like another", live: "aaaa-p12", stored: ("p1", nil), startedWith: "aaaa-p1",
        takesDataWith: "aaaa-p1"),
    ])
  func rows(_ row: Row) {
    let integrations = CorootIntegrations(live: row.live, wanted: row.wanted, stored: row.stored, project: row.project)
    #expect(integrations.startedWith == row.startedWith)
    #expect(integrations.takesDataWith == row.takesDataWith)
    #expect(integrations.takesDataWith.utf8.count <= 63, "a label")
  }

  @Test(
    "The way is opened only once ClickHouse has answered, and closed once it does not take rows",
    arguments: [
      (Bool?.some(true), String?.none, "aaaa-p1"), (true, "closed", "aaaa-p1"), (false, "aaaa-p1", "closed"),
      (nil, nil, "closed"), (nil, "closed", "closed"), (nil, "aaaa-p1", "aaaa-p1"), (nil, "bbbb-p1", "closed"),
    ])
  func byClickHouse(_ isReady: Bool?, _ live: String?, _ selected: String) {
    let integrations = CorootIntegrations(live: "aaaa-p1", wanted: "aaaa", stored: nil)
    #expect(integrations.selected(isReady: isReady, live: live) == selected)
  }
}
