// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// What a ClickHouse is to be able to do.
public struct ClickHouseDemand: Hashable, Sendable {
  /// How long rows are kept.
  public enum Retention: Hashable, Sendable {
    /// So many days, at least 1.
    case days(Int)
    /// Until somebody deletes them.
    case forever

    /// The days of a TTL; nil for none. A DateTime ends in 2106, and a TTL that goes beyond wraps round and deletes rows
    /// at once (run on 26.9), so more than fifty years count as for ever.
    var ttlDays: Int? {
      guard case .days(let days) = self, days <= 50 * 365 else { return nil }
      return max(1, days)
    }
  }

  /// Who makes the tables.
  public enum Purpose: Hashable, Sendable {
    /// The operator makes the tables of the collector's exporter. A signal that is nil is not kept here: its tables are
    /// neither made nor changed.
    case ownSchema(traces: Retention?, logs: Retention?)
    /// Coroot makes its tables, on the cluster that it chooses.
    case coroot
  }

  /// The database; made if it does not exist and the user may.
  public var database: String
  /// Who makes the tables.
  public var purpose: Purpose
  /// The cluster to use; nil to choose by what the server reports.
  public var cluster: String?
  /// What is not to count.
  public var ignore: Set<ClickHouseConcern>

  /// A demand made of its parts.
  public init(
    database: String = "otel", purpose: Purpose, cluster: String? = nil, ignore: Set<ClickHouseConcern> = []
  ) {
    self.database = database
    self.purpose = purpose
    self.cluster = cluster
    self.ignore = ignore
  }
}

/// A finding that `spec.clickHouse.ignore` can switch off; its raw value is the reason.
public typealias ClickHouseConcern = ClickHouse.Doubt
