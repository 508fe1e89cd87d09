// SPDX-License-Identifier: Apache-2.0

public import Dashboards
public import Gzip
import JSON
import KubernetesCore

/// A dashboard ready to be put into a GrafanaDashboard.
public struct PackedDashboard: Hashable, Sendable {
  /// The uid in Grafana.
  public let uid: String
  /// The folder in Grafana.
  public let folder: String
  /// The gzipped JSON as Base64.
  public let content: String

  /// A dashboard made of its parts.
  public init(uid: String, folder: String, content: String) {
    self.uid = uid
    self.folder = folder
    self.content = content
  }

  /// The dashboards for what agents report. The same signals give the same bytes; it takes some milliseconds each, so the
  /// result is worth keeping.
  public static func all(_ signals: Set<Signal>) throws(Gzip.Failure) -> [PackedDashboard] {
    var packed: [PackedDashboard] = []
    for document in DashboardCatalog.documents(signals) {
      let bytes = try Gzip.compress(JSONWriter.bytes(document.json))
      packed.append(PackedDashboard(uid: document.name, folder: document.folder, content: Base64.encode(bytes)))
    }
    return packed
  }
}
