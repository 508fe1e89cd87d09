// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the gateway knows of the origin of spans and log records and agents do not send: resource attributes.
///
/// The agent's resources carry `container.id` and `service.name`, both `/k8s/<namespace>/<pod>/<container>`, and of
/// a CronJob's pods `/k8s-cronjob/<namespace>/<cronjob>/<container>`.
///
/// By the `resource` processor rather than `transform`: its `extract` leaves alone what does not match, and needs no
/// statement language. Its targets are named by the groups of the expression, which may hold no dots, hence the copies
/// (`internal/coreinternal/attraction` of opentelemetry-collector-contrib).
enum CollectorResource {
  /// The ids of the processors, in their order.
  static let ids = ["resource/kubernetes", "resource/object"]

  static func processors(_ context: RenderContext) -> JSONObject {
    [
      ids[0]: ["attributes": .array((extractions + copies + removals).map { .object($0) })],
      ids[1]: ["attributes": .array(labels(context).map { .object($0) })],
    ]
  }

  private struct Part {
    let group: String
    let attribute: String

    init(_ attribute: String) {
      self.attribute = attribute
      group = String(attribute.map { $0 == "." ? "_" : $0 })
    }

    /// The group of the expression, one level of the path.
    var pattern: String { "(?P<\(group)>[^/]+)" }
  }

  private static let namespace = Part("k8s.namespace.name")
  private static let pod = Part("k8s.pod.name")
  private static let cronJob = Part("k8s.cronjob.name")
  private static let container = Part("k8s.container.name")

  private static var extractions: [JSONObject] {
    [("k8s", pod), ("k8s-cronjob", cronJob)].map { prefix, owner in
      let pattern = "^/\(prefix)/\(namespace.pattern)/\(owner.pattern)/\(container.pattern)$"
      return ["key": "container.id", "pattern": CollectorText.literal(pattern), "action": "extract"]
    }
  }

  /// What a sender knows itself is not replaced.
  private static var copies: [JSONObject] {
    [namespace, pod, cronJob, container].map {
      ["key": .string($0.attribute), "from_attribute": .string($0.group), "action": "insert"]
    }
  }

  private static var removals: [JSONObject] {
    [namespace, pod, cronJob, container].map { ["key": .string($0.group), "action": "delete"] }
  }

  /// The labels that every series of the object carries, so that the signals can be told apart alike.
  private static func labels(_ context: RenderContext) -> [JSONObject] {
    context.seriesLabels.map {
      ["key": .string($0.name), "value": CollectorText.literal($0.value), "action": "upsert"]
    }
  }
}
