// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the API server fills into built-in kinds beyond the constants of the tables.
///
/// Sources: `pkg/apis/core/v1/defaults.go`, `pkg/apis/apps/v1/defaults.go`, `pkg/apis/rbac/v1/defaults.go`,
/// `pkg/apis/networking/v1/defaults.go` in Kubernetes 1.36.
enum BuiltInDefaults {
  /// The object with what depends on its other fields. The constants are already there.
  static func filled(_ object: JSONValue, kind: String) -> JSONValue {
    var result = object
    switch kind {
    case "Namespace": fillNamespace(&result)
    case "Pod":
      fillPodSpec(&result["spec"])
      setDefault(&result, "spec", "enableServiceLinks", to: true)
    case "DaemonSet", "Deployment", "StatefulSet": fillWorkload(&result, kind: kind)
    case "Service": fillService(&result["spec"])
    case "NetworkPolicy": fillPolicyTypes(&result["spec"])
    case "RoleBinding", "ClusterRoleBinding": fillBinding(&result)
    case "CustomResourceDefinition": fillDefinition(&result["spec"])
    default: break
    }
    return result
  }

  /// The object after what the conversion to the stored form does: a Secret's `stringData` goes into `data`.
  static func converted(_ object: JSONValue, kind: String) -> JSONValue {
    guard kind == "Secret", case .object(let texts)? = object["stringData"] else { return object }
    var result = object
    var data = result["data"] ?? [:]
    for (name, text) in texts { data[name] = .string(Base64.encoded((text.string ?? "").utf8)) }
    result["data"] = data
    result["stringData"] = nil
    return result
  }

  private static func fillNamespace(_ object: inout JSONValue) {
    setDefault(&object, "status", "phase", to: "Active")
    guard let name = object[path: "metadata", "name"], object[path: "metadata", "labels", nameLabel] == nil else {
      return
    }
    var labels = object[path: "metadata", "labels"] ?? [:]
    labels[nameLabel] = name
    object["metadata"]?["labels"] = labels
  }

  private static let nameLabel = "kubernetes.io/metadata.name"

  private static func fillWorkload(_ object: inout JSONValue, kind: String) {
    guard var spec = object["spec"] else { return }
    if var template = spec["template"] {
      fillPodSpec(&template["spec"])
      spec["template"] = template
    }
    let (strategy, rolling): (String, JSONValue) =
      switch kind {
      case "DaemonSet": ("updateStrategy", ["maxUnavailable": 1, "maxSurge": 0])
      case "Deployment": ("strategy", ["maxUnavailable": "25%", "maxSurge": "25%"])
      default: ("updateStrategy", ["partition": 0])
      }
    if spec[path: strategy, "type"] == "RollingUpdate" {
      var update = spec[path: strategy, "rollingUpdate"] ?? [:]
      for (name, value) in rolling.object ?? JSONObject() where update[name] == nil { update[name] = value }
      spec[strategy]?["rollingUpdate"] = update
    }
    if case .array(let claims)? = spec["volumeClaimTemplates"] {
      spec["volumeClaimTemplates"] = .array(
        claims.map { claim in
          var claim = claim
          claim["apiVersion"] = "v1"
          claim["kind"] = "PersistentVolumeClaim"
          return claim
        })
    }
    object["spec"] = spec
  }

  private static func fillPodSpec(_ spec: inout JSONValue?) {
    guard var filled = spec else { return }
    let usesHostNetwork = filled["hostNetwork"] == true
    for list in ["containers", "initContainers", "ephemeralContainers"] {
      guard case .array(let containers)? = filled[list] else { continue }
      filled[list] = .array(containers.map { fillContainer($0, usesHostNetwork: usesHostNetwork) })
    }
    if case .array(let volumes)? = filled["volumes"] {
      filled["volumes"] = .array(
        volumes.map { volume in
          var volume = volume
          // A volume without a source is an empty directory.
          if volume.object?.count == 1 { volume["emptyDir"] = [:] }
          return volume
        })
    }
    // The older name of the field is kept beside the newer one.
    if let account = filled["serviceAccountName"] ?? filled["serviceAccount"] {
      filled["serviceAccountName"] = account
      filled["serviceAccount"] = account
    }
    spec = filled
  }

  private static func fillContainer(_ container: JSONValue, usesHostNetwork: Bool) -> JSONValue {
    var result = container
    if result["imagePullPolicy"] == nil, let image = result["image"]?.string {
      result["imagePullPolicy"] = .string(isLatest(image) ? "Always" : "IfNotPresent")
    }
    if usesHostNetwork, case .array(let ports)? = result["ports"] {
      result["ports"] = .array(
        ports.map { port in
          var port = port
          port["hostPort"] = port["hostPort"] ?? port["containerPort"]
          return port
        })
    }
    return result
  }

  /// Whether an image is that of the tag `latest`, named or implied.
  private static func isLatest(_ image: String) -> Bool {
    guard !image.contains("@") else { return false }
    let name = image.split(separator: "/").last ?? ""
    return name.hasSuffix(":latest") || !name.contains(":")
  }

  private static func fillService(_ spec: inout JSONValue?) {
    guard var filled = spec else { return }
    if case .array(let ports)? = filled["ports"] {
      filled["ports"] = .array(
        ports.map { port in
          var port = port
          let target = port["targetPort"]
          if target == nil || target == 0 || target == "" { port["targetPort"] = port["port"] }
          return port
        })
    }
    let type = filled["type"]?.string ?? "ClusterIP"
    if type != "ExternalName" {
      if filled["internalTrafficPolicy"] == nil { filled["internalTrafficPolicy"] = "Cluster" }
      if filled["ipFamilies"] == nil { filled["ipFamilies"] = ["IPv4"] }
      if filled["ipFamilyPolicy"] == nil { filled["ipFamilyPolicy"] = "SingleStack" }
      if let address = filled["clusterIP"], filled["clusterIPs"] == nil { filled["clusterIPs"] = .array([address]) }
    }
    if type == "NodePort" || type == "LoadBalancer", filled["externalTrafficPolicy"] == nil {
      filled["externalTrafficPolicy"] = "Cluster"
    }
    if type == "LoadBalancer", filled["allocateLoadBalancerNodePorts"] == nil {
      filled["allocateLoadBalancerNodePorts"] = true
    }
    spec = filled
  }

  private static func fillPolicyTypes(_ spec: inout JSONValue?) {
    guard var filled = spec, filled["policyTypes"] == nil else { return }
    filled["policyTypes"] = filled["egress"] == nil ? ["Ingress"] : ["Ingress", "Egress"]
    spec = filled
  }

  private static func fillBinding(_ object: inout JSONValue) {
    setDefault(&object, "roleRef", "apiGroup", to: "rbac.authorization.k8s.io")
    guard case .array(let subjects)? = object["subjects"] else { return }
    object["subjects"] = .array(
      subjects.map { subject in
        var subject = subject
        let isAccount = subject["kind"] == "ServiceAccount"
        if !isAccount, subject["apiGroup"] == nil { subject["apiGroup"] = "rbac.authorization.k8s.io" }
        return subject
      })
  }

  private static func fillDefinition(_ spec: inout JSONValue?) {
    guard var filled = spec, let kind = filled[path: "names", "kind"]?.string, !kind.isEmpty else { return }
    if filled[path: "names", "singular"] == nil { filled["names"]?["singular"] = .string(kind.lowercased()) }
    if filled[path: "names", "listKind"] == nil { filled["names"]?["listKind"] = .string(kind + "List") }
    spec = filled
  }

  private static func setDefault(_ object: inout JSONValue, _ parent: String, _ name: String, to value: JSONValue) {
    guard object[parent]?.object != nil, object[parent]?[name] == nil else { return }
    object[parent]?[name] = value
  }
}
