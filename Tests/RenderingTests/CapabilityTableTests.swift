// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Testing

@testable import Rendering

/// The table is complete, and says why.
@Suite struct CapabilityTableTests {
  @Test func everyFeatureOfTheAPIHasItsRow() {
    let fields = Mirror(reflecting: ObservabilitySpec.defaults.nodeAgent.features).children.compactMap(\.label)
    let rows = CapabilityTable.rows.map { $0.feature + " " + ($0.with ?? "") }
    #expect(Set(rows).count == rows.count)
    #expect(fields.count == 8)
    let features = CapabilityTable.rows.map(\.feature)
    for field in fields { #expect(features.contains("nodeAgent.features.\(field)")) }
    for other in ["agent", "logs.destination", "profiles.enabled", "metrics.delivery: Scrape"] {
      #expect(features.contains(other))
    }
  }

  @Test func everyRowSaysWhyAndWhereItIsWritten() {
    for row in CapabilityTable.rows {
      #expect(!row.source.isEmpty)
      for grant in row.grants {
        #expect(!grant.reason.isEmpty && !grant.without.isEmpty && !grant.name.hasPrefix("CAP_"), "\(row.feature)")
      }
      #expect(row.hostPaths.allSatisfy { !$0.reason.isEmpty })
      #expect(row.podFields.allSatisfy { !$0.reason.isEmpty })
      #expect(row.preflightFlags.allSatisfy { !$0.effect.isEmpty })
      // Nobody else may set what the table sets, but for what it says.
      let settings = row.settingsWhenOn + row.settingsWhenOff
      #expect(settings.allSatisfy { ReservedEnvironment.names.contains($0.name) != $0.mayDiffer }, "\(row.feature)")
      // A row that changes nothing would not be one.
      #expect(!row.grants.isEmpty || !settings.isEmpty || !row.preflightFlags.isEmpty, "\(row.feature)")
    }
  }

  @Test func theInitContainerGetsNoMoreThanTheAgentCannotDoWithout() {
    let base = CapabilityTable.rows.filter { $0.feature == CapabilityTable.always }.flatMap(\.grants).map(\.name)
    #expect(!CapabilityTable.preflightGrants.isEmpty)
    #expect(
      CapabilityTable.preflightGrants.allSatisfy {
        base.contains($0.name) && !$0.reason.isEmpty && !$0.without.isEmpty
      })
  }

  @Test func whatIsNotNeededIsNotGranted() {
    let granted = Set((CapabilityTable.rows.flatMap(\.grants) + CapabilityTable.preflightGrants).map(\.name))
    let spared = NotNeeded.capabilities.flatMap { $0.what.split(separator: ", ").map { String($0) } }
    #expect(spared.count > 10 && granted.isDisjoint(with: spared))
    #expect((NotNeeded.capabilities + NotNeeded.podFields).allSatisfy { !$0.why.isEmpty })
    #expect(AgentPort.number >= 1024)
  }
}
