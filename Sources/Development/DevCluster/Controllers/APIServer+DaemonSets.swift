// SPDX-License-Identifier: Apache-2.0

import JSON
import Logging

/// Runs a pod of each DaemonSet on each node that it selects (`pkg/controller/daemon`).
extension APIServer {
  static let pods = StorageKey(group: "", plural: "pods")
  static let nodes = StorageKey(group: "", plural: "nodes")
  static let serviceAccounts = StorageKey(group: "", plural: "serviceaccounts")
  static let daemonSets = StorageKey(group: "apps", plural: "daemonsets")

  /// - Parameter news: what happened since the controllers last came to rest; nil if that is not known.
  func reconcileDaemonSets(after news: ArraySlice<Store.Change>?) {
    let news = DaemonSetNews(news)
    guard !news.isEmpty else { return }
    let sets = store.objects(Self.daemonSets).filter { !$0.isBeingDeleted && news.concern($0) }
    guard !sets.isEmpty else { return }
    let nodes = store.objects(Self.nodes)
    for set in sets {
      let rollout = DaemonSetRollout(set: set, nodes: nodes, pods: pods(of: set))
      for pod in rollout.surplus { delete(pod, of: set, because: "surplus") }
      for pod in rollout.broken { delete(pod, of: set, because: "outdated") }
      if !rollout.missing.isEmpty, mayCreatePods(of: set) {
        for node in rollout.missing { _ = createPod(of: set, on: node, hash: rollout.hash) }
      }
      replaceOutdated(rollout, of: set)
      reportStatus(of: set, nodes)
    }
  }

  /// Decides anew what becomes of all pods of DaemonSets.
  public func setPodFate(_ fate: @escaping @Sendable (_ pod: JSONValue, _ node: JSONValue) -> PodFate) {
    podFate = fate
    for pod in store.objects(Self.pods) where pod.meta["labels"]?["controller-revision-hash"] != nil {
      let node = store.object(Self.nodes, ObjectKey(namespace: "", name: pod[path: "spec", "nodeName"]?.string ?? ""))
      let status = fate(pod, node ?? [:]).status(of: pod, now: configuration.now())
      guard !DaemonSetRollout.isSameStatus(status, pod["status"] ?? [:]) else { continue }
      var changed = pod
      changed["status"] = status
      _ = store.put(changed, Self.pods, pod.objectKey)
    }
    settle()
  }

  /// Replaces pods one by one; each new one that does not become ready takes from the budget.
  private func replaceOutdated(_ rollout: DaemonSetRollout, of set: JSONValue) {
    guard rollout.budget > 0, !rollout.outdated.isEmpty else { return }
    let mayCreate = mayCreatePods(of: set)
    var budget = rollout.budget
    for pod in rollout.outdated.prefix(rollout.step) {
      guard budget > 0 else { return }
      delete(pod, of: set, because: "outdated")
      let name = ObjectKey(namespace: "", name: pod[path: "spec", "nodeName"]?.string ?? "")
      if mayCreate, let node = store.object(Self.nodes, name) {
        if !DaemonSetRollout.isReady(createPod(of: set, on: node, hash: rollout.hash)) { budget -= 1 }
      } else {
        budget -= 1
      }
    }
  }

  private func pods(of set: JSONValue) -> [JSONValue] {
    store.objects(Self.pods, namespace: set.namespace) { pod in
      pod.ownerReferences.contains { $0["uid"]?.string == set.uid && $0["controller"]?.bool == true }
    }
  }

  private func delete(_ pod: JSONValue, of set: JSONValue, because reason: String) {
    guard let type = types.stored(Self.pods) else { return }
    _ = remove(pod, type, DeleteOptions())
    logger.info(
      "pod deleted",
      metadata: [
        "pod": "\(pod.objectKey.text)", "daemonset": "\(set.name)", "reason": "\(reason)",
        "node": "\(pod[path: "spec", "nodeName"]?.string ?? "")",
      ])
  }

  private func mayCreatePods(of set: JSONValue) -> Bool {
    guard let namespace = store.object(Self.namespaces, ObjectKey(namespace: "", name: set.namespace)),
      !namespace.isBeingDeleted
    else { return false }
    let account = DaemonSetNews.account(of: set)
    let security = PodSecurityAdmission(namespace: namespace, fallback: configuration.podSecurityDefault)
    if store.object(Self.serviceAccounts, account) != nil,
      let refusal = security.refusal(of: set[path: "spec", "template", "spec"] ?? [:])
    {
      tell(
        set, reason: "FailedCreate", message: "Error creating: pods \"\(set.name)-\" is forbidden: \(refusal)")
      return false
    }
    guard store.object(Self.serviceAccounts, account) == nil else { return true }
    tell(
      set, reason: "FailedCreate",
      message: "Error creating: pods \"\(set.name)-\" is forbidden: error looking up service account "
        + "\(account.text): serviceaccount \"\(account.name)\" not found")
    return false
  }

  /// Tells about a set in an Event, once for each reason.
  private func tell(_ set: JSONValue, reason: String, message: String) {
    let storage = StorageKey(group: "", plural: "events")
    let name = "\(set.name).\(reason.lowercased()).\(set.uid.prefix(8))"
    let key = ObjectKey(namespace: set.namespace, name: name)
    guard store.object(storage, key) == nil else { return }
    let now = JSONValue.string(configuration.now().rfc3339)
    var event: JSONValue = ["apiVersion": "v1", "kind": "Event"]
    event["metadata"] = fresh(name: name, namespace: set.namespace)
    event["involvedObject"] = [
      "apiVersion": "apps/v1", "kind": "DaemonSet", "namespace": .string(set.namespace), "name": .string(set.name),
      "uid": .string(set.uid),
    ]
    event["reason"] = .string(reason)
    event["message"] = .string(message)
    event["type"] = "Warning"
    event["source"] = ["component": "daemonset-controller"]
    event["firstTimestamp"] = now
    event["lastTimestamp"] = now
    event["count"] = 1
    _ = store.put(event, storage, key)
    logger.warning("pods not created", metadata: ["daemonset": "\(set.objectKey.text)", "cause": "\(message)"])
  }

  private func createPod(of set: JSONValue, on node: JSONValue, hash: String) -> JSONValue {
    let template = set[path: "spec", "template"] ?? [:]
    let name = "\(set.name)-\(identifiers.suffix())"
    var metadata = fresh(name: name, namespace: set.namespace)
    metadata["generateName"] = .string("\(set.name)-")
    metadata["generation"] = 1
    var labels = template[path: "metadata", "labels"]?.object ?? [:]
    labels["controller-revision-hash"] = .string(hash)
    labels["pod-template-generation"] =
      set[path: "metadata", "annotations", "deprecated.daemonset.template.generation"] ?? "1"
    metadata["labels"] = .object(labels)
    if let annotations = template[path: "metadata", "annotations"] { metadata["annotations"] = annotations }
    metadata["ownerReferences"] = [
      [
        "apiVersion": "apps/v1", "kind": "DaemonSet", "name": .string(set.name), "uid": .string(set.uid),
        "controller": true, "blockOwnerDeletion": true,
      ]
    ]
    var spec = template["spec"] ?? [:]
    spec["nodeName"] = .string(node.name)
    spec["tolerations"] = .array(NodeSelection(template: template).tolerations)
    if spec["serviceAccountName"] == nil { spec["serviceAccountName"] = "default" }
    var pod: JSONValue = ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec]
    pod["status"] = podFate(pod, node).status(of: pod, now: configuration.now())
    pod = store.put(pod, Self.pods, pod.objectKey)
    logger.info(
      "pod created",
      metadata: ["pod": "\(pod.objectKey.text)", "daemonset": "\(set.name)", "node": "\(node.name)"])
    return pod
  }

  private func reportStatus(of set: JSONValue, _ nodes: [JSONValue]) {
    guard var current = store.object(Self.daemonSets, set.objectKey), current.uid == set.uid else { return }
    let rollout = DaemonSetRollout(set: current, nodes: nodes, pods: pods(of: current))
    let status = rollout.status
    guard current["status"] != status else { return }
    current["status"] = status
    _ = store.put(current, Self.daemonSets, current.objectKey)
  }
}
