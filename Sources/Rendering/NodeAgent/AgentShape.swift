// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// What the agents' DaemonSet is at most, whatever an object asks for. The admission policy on DaemonSets holds the
/// operator's account to it.
public enum AgentShape {
  /// The label of every child; its value is the name of the `Observability`.
  public static let objectLabel = Keys.object
  /// The label `app.kubernetes.io/name` of the agents' pods.
  public static let appName = "coroot-node-agent"
  /// The container that runs the agent.
  public static let container = AgentContainer.name
  /// The only init container.
  public static let initContainer = PreflightContainer.name
  /// The command of the init container; the agent's container has none.
  public static let initCommand = [PreflightContainer.binary, "preflight"]
  /// The command of the probes that run in the agent's container; the others call a port of the pod.
  public static let probeCommand = AgentProbe.command
  /// The label `app.kubernetes.io/component` of the agents' pods.
  public static let component = PartShape.agent.component
  /// The volume that the agent writes to.
  public static let spoolVolume = AgentVolumes.spool
  /// The volume with the certificates of the metrics backend, the only one of a Secret, with one file.
  public static let certificatesVolume = AgentVolumes.certificates
  /// The folders of the node that are mounted, all of them read-only.
  public static let hostPaths = unique(CapabilityTable.rows.flatMap(\.hostPaths).map(\.path))
  /// The capabilities that any feature or the init container adds.
  public static let capabilities = unique(
    (CapabilityTable.rows.flatMap(\.grants) + CapabilityTable.preflightGrants).map(\.name))

  /// The name of the DaemonSet, ServiceAccount, NetworkPolicy and VMPodScrape of the object of that name.
  public static func name(of object: String) -> String { "\(object)\(nameSuffix)" }

  /// What follows the object's name in ``name(of:)``.
  public static let nameSuffix = "-node-agent"

  private static func unique(_ texts: [String]) -> [String] {
    texts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
