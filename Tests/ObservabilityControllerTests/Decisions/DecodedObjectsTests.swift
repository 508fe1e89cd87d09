// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// Objects are read once for each generation.
@Suite struct DecodedObjectsTests {
  static func object(interval: String, generation: Int64 = 1, uid: String = "u") -> KubernetesObject {
    var object = Made.object(["metrics": ["interval": .string(interval)]])
    object["metadata"]?["generation"] = .integer(generation)
    object["metadata"]?["uid"] = .string(uid)
    return object
  }

  @Test func oneGenerationIsReadOnce() throws {
    let decoded = DecodedObjects()
    #expect(try decoded.decode(Self.object(interval: "15s")).spec.metrics.interval == "15s")
    // The same generation cannot hold another specification, so a second look shows whether it was read again.
    #expect(try decoded.decode(Self.object(interval: "30s")).spec.metrics.interval == "15s")
    #expect(try decoded.decode(Self.object(interval: "30s", generation: 2)).spec.metrics.interval == "30s")
    #expect(try decoded.decode(Self.object(interval: "45s", generation: 2, uid: "v")).spec.metrics.interval == "45s")
  }

  @Test func whatIsInvalidIsRememberedToo() throws {
    let decoded = DecodedObjects()
    #expect(throws: InvalidObservability.self) { try decoded.decode(Self.object(interval: "1s")) }
    #expect(throws: InvalidObservability.self) { try decoded.decode(Self.object(interval: "15s")) }
    #expect(try decoded.decode(Self.object(interval: "15s", generation: 2)).generation == 2)
  }

  @Test func aForgottenOneIsReadAnew() throws {
    let decoded = DecodedObjects()
    _ = try decoded.decode(Self.object(interval: "15s"))
    decoded.forget("platform")
    #expect(try decoded.decode(Self.object(interval: "30s")).spec.metrics.interval == "30s")
  }
}
