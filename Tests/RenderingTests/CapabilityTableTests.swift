// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Testing

@testable import Rendering

/// The table is complete, and says why.
@Suite struct CapabilityTableTests {
  @Test func everyFeatureOfTheAPIHasItsRow() {
    let fields = Mirror(reflecting: ObservabilitySpec.defaults.nodeAgent.features).children.compactMap(\.label)
    let rows = CapabilityTable.rows.map(\.feature)
    #expect(Set(rows).count == rows.count)
    #expect(fields.count == 7)
    for field in fields { #expect(rows.contains("nodeAgent.features.\(field)")) }
  }

  @Test(arguments: CapabilityTable.rows.map(\.feature)) func everyRowSaysWhyAndWhereItIsWritten(_ feature: String)
    throws
  {
    let row = try #require(CapabilityTable.rows.first { $0.feature == feature })
    #expect(!row.source.isEmpty)
    #expect(row.grants.allSatisfy { !$0.reason.isEmpty && !$0.name.hasPrefix("CAP_") })
    #expect(row.hostPaths.allSatisfy { !$0.reason.isEmpty })
    let settings = (row.settingsWhenOn + row.settingsWhenOff).map(\.name)
    #expect(settings.allSatisfy { ReservedEnvironment.names.contains($0) || $0 == "NVIDIA_VISIBLE_DEVICES" })
  }

  @Test func theInitContainerGetsNoMoreThanTheAgentCannotDoWithout() {
    let base = CapabilityTable.rows.filter { $0.feature == "agent" }.flatMap(\.grants).map(\.name)
    #expect(CapabilityTable.preflightGrants.allSatisfy { base.contains($0.name) && !$0.reason.isEmpty })
  }
}
