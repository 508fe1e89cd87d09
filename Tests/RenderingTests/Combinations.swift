// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Rendering

/// Every combination of features with every mode and delivery: too many for golden files, few enough for rules.
enum Combinations {
  typealias Features = NodeAgent.Features

  /// Every switch of `spec.nodeAgent.features`, by name.
  static let switches: [(name: String, isOn: @Sendable (Features) -> Bool)] = paths.map { name, path in
    (name, { $0[keyPath: path] })
  }

  static let all: [Fixture] = (0..<(1 << paths.count)).flatMap { bits in
    NodeAgent.Security.Mode.allCases.flatMap { mode in
      Metrics.Delivery.allCases.map { delivery in
        let on = paths.enumerated().filter { bits & (1 << $0.offset) != 0 }.map(\.element)
        let names = on.map(\.name).joined(separator: "+")
        return Fixture("\(mode.rawValue) \(delivery.rawValue) \(names)") { spec in
          spec.nodeAgent.features = .all(false)
          for feature in on { spec.nodeAgent.features[keyPath: feature.path] = true }
          spec.nodeAgent.security.mode = mode
          spec.metrics.delivery = delivery
          if spec.nodeAgent.features.gpu, mode == .minimal { spec.nodeAgent.runtimeClassName = "nvidia" }
        }
      }
    }
  }

  private static var paths: [(name: String, path: any WritableKeyPath<Features, Bool> & Sendable)] {
    [
      ("l7", \.l7), ("ping", \.ping), ("jvm", \.jvm), ("dotnet", \.dotnet), ("goHeap", \.goHeap), ("gpu", \.gpu),
      ("diskDelay", \.diskDelay), ("logMetrics", \.logMetrics),
    ]
  }
}
