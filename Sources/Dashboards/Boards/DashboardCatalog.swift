// SPDX-License-Identifier: Apache-2.0

public import JSON

/// The dashboards of a release, as far as the chosen features fill them.
public enum DashboardCatalog {
  /// A dashboard ready to be published.
  public struct Document: Hashable, Sendable {
    /// The name of the Kubernetes object, and the dashboard's uid.
    public let name: String
    /// The folder in Grafana.
    public let folder: String
    /// The dashboard; its canonical text is what is published.
    public let json: JSONValue
  }

  /// All dashboards, in the order of a walk from the whole to the parts.
  static let all: [Dashboard] = [
    OverviewBoard.dashboard, ServiceMapBoard.dashboard, ApplicationBoard.dashboard, NetworkBoard.dashboard,
    RuntimesBoard.dashboard, NodesBoard.dashboard, GPUBoard.dashboard, AgentsBoard.dashboard,
    OperatorBoard.dashboard,
  ]

  /// The dashboards with the panels whose series exist.
  ///
  /// - Parameter signals: what the agents report; with several objects, the union of theirs.
  public static func dashboards(_ signals: Set<Signal>) -> [Dashboard] {
    all.compactMap { $0.reduced(to: signals) }
  }

  /// The dashboards as objects to be published: stable names, and the same bytes for the same signals.
  public static func documents(_ signals: Set<Signal>) -> [Document] {
    dashboards(signals).map { Document(name: $0.uid, folder: Dashboard.folder, json: $0.json) }
  }
}
