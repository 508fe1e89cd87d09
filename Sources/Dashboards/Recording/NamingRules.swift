// SPDX-License-Identifier: Apache-2.0

/// The one place where names of applications are read out of `container_id` and `app_id`.
///
/// The agent writes `container_id` as `/k8s/<namespace>/<pod>/<container>`, `/k8s-cronjob/<namespace>/<job>/<container>`,
/// or the path of something that no kubelet started (`/system.slice/x.service`, `/talos/<name>`, `/docker/<name>`); and
/// `app_id` as `/k8s/<namespace>/<owner>` where the pod's name shows a ReplicaSet or StatefulSet, else empty, which
/// VictoriaMetrics stores as no label. Recorded from coroot-node-agent 1.35.6.
struct NamingRules {
  let selector: ObjectSelector

  /// The namespace of what runs outside of Kubernetes; no namespace can have that name.
  static let hostNamespace = "_host"
  /// The namespace of addresses that no observed container listens at.
  static let externalNamespace = "_external"

  /// In order; a later one wins where its pattern matches.
  private static let patterns: [(label: String, value: String, source: String, pattern: String)] = [
    ("application", "$1", "container_id", "(?:.*/)?([^/]+)"),
    // What is no pod counts as one of its own name: a legend is never empty.
    ("pod", "$1", "container_id", "(?:.*/)?([^/]+)"),
    ("namespace", "$1", "container_id", "/k8s(?:-cronjob)?/([^/]+)/.+"),
    ("container", "$1", "container_id", "/k8s(?:-cronjob)?/[^/]+/[^/]+/(.+)"),
    ("pod", "$1", "container_id", "/k8s(?:-cronjob)?/[^/]+/([^/]+)/.+"),
    ("application", "$1", "container_id", "/k8s(?:-cronjob)?/[^/]+/([^/]+)/.+"),
    // The alphabet of names that Kubernetes generates: a pod of a DaemonSet or of a Job.
    ("application", "$1", "container_id", "/k8s/[^/]+/([^/]+)-[bcdfghjklmnpqrstvwxz2456789]{5}/.+"),
    ("application", "$1", "app_id", "/k8s/[^/]+/([^/]+)"),
    ("zone", "$1", "az", "(.+)"),
  ]

  var rules: [Rule] { [.record(RecordedName.containerInfo, container), .record(RecordedName.imageInfo, image)] }

  private var container: String {
    // Every container has it from the start.
    var named = PromQL.labeled(selector("container_restarts_total"), "namespace", Self.hostNamespace)
    named = PromQL.labeled(named, "zone", "unknown")
    for (label, value, source, pattern) in Self.patterns {
      named = PromQL.relabeled(named, label, value, from: source, pattern)
    }
    let node = PromQL.by(
      RecordedLabels.object + ["instance", "node"], "max",
      PromQL.relabeled(selector("node_info"), "node", "$1", from: "hostname", "(.+)"))
    return PromQL.by(
      RecordedLabels.containerKey + RecordedLabels.place + ["zone"], "group",
      "\(named) * on (observability, cluster, instance) group_left (node) \(node)")
  }

  private var image: String {
    PromQL.by(
      RecordedLabels.object + ["namespace", "application", "image"], "group",
      selector.joined(PromQL.by(RecordedLabels.containerKey + ["image"], "group", selector("container_info"))))
  }
}

/// Selects the series of one object.
struct ObjectSelector {
  /// The object's name.
  let name: String

  /// A metric of the object, with more matchers.
  func callAsFunction(_ metric: String, _ matchers: String...) -> String {
    "\(metric){\((["observability=\(PromQL.quoted(name))"] + matchers).joined(separator: ","))}"
  }

  /// A metric as a rate, summed over what is not named.
  func rate(_ metric: String, by labels: [String], _ matchers: String...) -> String {
    let selected = "\(metric){\((["observability=\(PromQL.quoted(name))"] + matchers).joined(separator: ","))}"
    return PromQL.by(labels, "sum", "rate(\(selected)[5m])")
  }

  /// Adds the labels of the container to series that have its key.
  func joined(_ vector: String, adding labels: [String] = RecordedLabels.place) -> String {
    "\(vector) * on (\(RecordedLabels.containerKey.joined(separator: ", "))) "
      + "group_left (\(labels.joined(separator: ", "))) \(self(RecordedName.containerInfo))"
  }
}
