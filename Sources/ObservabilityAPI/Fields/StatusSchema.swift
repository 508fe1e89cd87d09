// SPDX-License-Identifier: Apache-2.0

import JSON

/// The schema of `status`.
enum StatusSchema {
  static let status = Schema.object(
    "What the operator found. It is written by the operator alone.",
    [
      .written("observedGeneration", count("The generation of the object that this status is about.")),
      .written(
        "conditions",
        .list(
          "How it goes: Ready, Reconciling, Stalled, and one a part that is switched on.", of: condition,
          .map(keys: ["type"]), limit: 16)),
      .written("agents", agents),
      .written(
        "ineligibleNodes",
        .list(
          "Nodes that cannot carry the agent, the first \(ObservabilityStatus.nodeLimit).", of: ineligibleNode,
          .map(keys: ["name"]), limit: ObservabilityStatus.nodeLimit)),
      .written("ineligibleNodesOmitted", count("How many more nodes cannot carry the agent.")),
      .written(
        "capabilities",
        .list(
          "The Linux capabilities of the agents, each with its reason.",
          of: .object(
            "A capability.",
            [
              .required("name", .text("The capability's name, without CAP_.", .any(64))),
              .required("for", .text("What it is needed for.", .any(256))),
            ]), .map(keys: ["name"]), limit: 48)),
      .written(
        "inventory",
        .list(
          "Every child.", of: child, .map(keys: ["group", "kind", "namespace", "name"]),
          limit: ObservabilityStatus.inventoryLimit)),
      .written("endpoints", endpoints),
    ])

  /// A count has no upper bound: the API server compares bounds as floats, and one of 2^63-1 refuses every value.
  private static func count(_ description: String) -> Schema {
    var schema = Schema(description, .integer)
    schema.minimum = 0
    return schema
  }

  private static let condition = Schema.object(
    "One thing that is true, false or unknown.",
    [
      .required("type", .text("The condition's name.", .any(316))),
      .required("status", .choice("Whether it holds.", ["True", "False", "Unknown"])),
      .written("observedGeneration", count("The generation of the object that this condition is about.")),
      .required("lastTransitionTime", dateTime),
      .required("reason", .text("Why, as one word in CamelCase.", reason)),
      .required("message", .text("Why, and what to do, for people.", .any(32768))),
    ])

  private static let dateTime = Schema.text(
    "When the status last changed.",
    TextFormat("a time such as \"2026-01-02T03:04:05Z\"", openAPIFormat: "date-time", maxLength: 64))

  private static let reason = TextFormat(
    "a reason such as \"Reachable\"", pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$", maxLength: 1024)

  private static let agents = Schema.object(
    "How many nodes have an agent.",
    [
      .written("eligible", count("Nodes that are selected and can carry the agent.")),
      .written("ineligible", count("Nodes that are selected and cannot carry the agent.")),
      .written("updated", count("Nodes whose agent is of the present version.")),
      .written("ready", count("Nodes whose agent is ready.")),
      .written(
        "summary", .text("Ready and eligible nodes as ready/eligible, for kubectl get.", .any(64))),
    ])

  private static let ineligibleNode = Schema.object(
    "A node that cannot carry the agent.",
    [
      .required("name", .text("The node's name.", .any(253))),
      .written("kernel", .text("The version of its kernel.", .any(256))),
      .required("reason", .text("Why, as one word in CamelCase.", reason)),
      .written(
        "message",
        .text(
          "What is so on this node, and what to do.", .any(ObservabilityStatus.IneligibleNode.messageLimit))),
    ])

  private static let child = Schema.object(
    "A child as it was last applied.",
    [
      .written("group", .text("The API group; empty for the core group.", .any(253), default: "")),
      .required("kind", .text("The kind.", .any(63))),
      .written("namespace", .text("The namespace; empty for a cluster-scoped child.", .any(63), default: "")),
      .required("name", .text("The name.", .any(253))),
      .written("uid", .text("The identity, so that only this child is ever removed.", .any(128))),
      .written("hash", .text("The hash of what was applied.", .any(128))),
      .written("part", .text("The part of the object that it is of.", .any(63))),
    ])

  private static let endpoints = Schema.object(
    "Where data goes and comes from, as resolved. Never with credentials.",
    [
      .written("metricsWrite", .text("Where metrics are written.", .any(1024))),
      .written("metricsRead", .text("Where metrics are read.", .any(1024))),
      .written("clickHouse", .text("The ClickHouse.", .any(1024))),
      .written("ui", .text("The user interface.", .any(1024))),
    ])
}
