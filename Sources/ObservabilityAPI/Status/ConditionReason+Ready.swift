// SPDX-License-Identifier: Apache-2.0

/// Reasons of Ready, Reconciling, Stalled.
extension ConditionReason {
  /// Agents run on every eligible node, the backends answered, and every child is as rendered.
  public static let ready = ConditionReason(
    "Ready", [.ready], status: "True",
    meaning: "Agents run on every eligible node, the backends answered, and every child is as rendered.",
    remedy: "Nothing is to be done.")
  /// Not every eligible node has a ready agent of the present version.
  public static let agentsNotReady = ConditionReason(
    "AgentsNotReady", [.ready, .agentsAvailable], status: "False",
    meaning: "Not every eligible node has a ready agent of the present version.",
    remedy: "See the message of AgentsAvailable; it has the counts, and the command that shows the pods.")
  /// A requested backend cannot be used.
  public static let backendNotReady = ConditionReason(
    "BackendNotReady", [.ready], status: "False",
    meaning: "A requested backend cannot be used.",
    remedy: "See MetricsBackendReady and ClickHouseReady.")
  /// The gateway does not run as it should.
  public static let gatewayNotReady = ConditionReason(
    "GatewayNotReady", [.ready], status: "False",
    meaning: "The gateway does not run, or does not get rid of what it was given.",
    remedy: "See GatewayAvailable.")
  /// The API server refused a child, changed it on its way in, or could not be reached, or something else changes it
  /// again and again; the operator tries again.
  public static let applyFailed = ConditionReason(
    "ApplyFailed", [.ready, .reconciling], status: "False, or True for Reconciling",
    meaning:
      "The API server refused a child, altered it on admission, or could not be reached, or another writer keeps "
      + "changing it; the operator retries.",
    remedy: "Read the message; it names the child, and the API server's answer or the changed fields and their writer.")
  /// The namespace of spec.namespace does not exist.
  public static let namespaceNotFound = ConditionReason(
    "NamespaceNotFound", [.ready, .reconciling], status: "False, or True for Reconciling",
    meaning: "The namespace of spec.namespace does not exist.",
    remedy: "Create the namespace, with the label pod-security.kubernetes.io/enforce: privileged.")
  /// Children are being applied or a roll-out is under way.
  public static let progressing = ConditionReason(
    "Progressing", [.ready, .reconciling], status: "False, or True for Reconciling",
    meaning: "Children are being applied or a roll-out is under way.",
    remedy: "Wait; the message says what for.")
  /// The specification cannot be acted on.
  public static let invalidSpec = ConditionReason(
    "InvalidSpec", [.ready, .stalled], status: "False, or True for Stalled",
    meaning: "The specification cannot be acted on.",
    remedy: "Correct the fields that the message names.")
  /// Some of the nodes that this object selects belong to an older object that selects them too.
  public static let nodesAlreadyObserved = ConditionReason(
    "NodesAlreadyObserved", [.ready, .stalled], status: "False, or True for Stalled",
    meaning: "An older object selects some of the same nodes. A node belongs to the oldest object that selects it, "
      + "whether or not its agents run there.",
    remedy: "Narrow spec.nodeAgent.nodeSelector of either object so that they share no node, or delete one of them.")
  /// The operator lacks a right that it needs.
  public static let notPermitted = ConditionReason(
    "NotPermitted",
    [
      .ready, .reconciling, .metricsBackendReady, .clickHouseReady, .gatewayAvailable, .corootAvailable, .uiExposed,
      .dashboardsPublished,
    ],
    status: "False, or True for Reconciling",
    meaning: "The operator lacks a right that it needs.",
    remedy: "Bind the role that the message names in the namespace that it names.")
  /// The admission policy that narrows the operator's right to patch nodes does not bind its account.
  public static let nodePolicyMissing = ConditionReason(
    "NodePolicyMissing", [.ready, .reconciling], status: "False, or True for Reconciling",
    meaning: "The admission policy that narrows the operator's right to patch nodes does not bind its account, so that "
      + "no node is labelled.",
    remedy: "Apply config/rbac of this release; the ClusterRoleBinding that it selects must name the account.")
  /// The API server refuses a child as invalid.
  public static let childRefused = ConditionReason(
    "ChildRefused", [.ready, .stalled], status: "False, or True for Stalled",
    meaning: "The API server refuses a child as invalid.",
    remedy: "Correct the field of the object that the API server's answer points at, such as resources or tolerations.")
  /// A child must change in an immutable field, and is not deleted for it.
  public static let immutableFieldChanged = ConditionReason(
    "ImmutableFieldChanged", [.ready, .stalled], status: "False, or True for Stalled",
    meaning: "A child must change in an immutable field, and is not deleted for it.",
    remedy: "Delete the child that the message names if nothing else needs it; it is recreated.")
  /// The API server does not serve a kind that is needed, such as VMPodScrape.
  public static let kindNotServed = ConditionReason(
    "KindNotServed", [.ready, .reconciling], status: "False, or True for Reconciling",
    meaning: "The API server does not serve a kind that is needed, such as VMPodScrape.",
    remedy: "Install the operator that brings the kind, or set spec.metrics.delivery to Push.")
  /// The CustomResourceDefinition that the cluster serves lacks fields of this release.
  public static let definitionOutdated = ConditionReason(
    "DefinitionOutdated", [.ready, .reconciling], status: "False, or True for Reconciling",
    meaning: "The CustomResourceDefinition that the cluster serves lacks fields of this release. The children are "
      + "applied all the same; the API server cannot store the fields that the message names.",
    remedy: "Apply config/crd of the operator's release.")
}
