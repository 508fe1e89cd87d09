// SPDX-License-Identifier: Apache-2.0

/// The built-in types that this server serves, as discovery of kube-apiserver 1.36 lists them.
///
/// A subset: what an operator and the people beside it use. Types that are listed without rules of their own are kept
/// as they come.
enum BuiltInTypes {
  static let all: [ServedType] =
    core + apps + events + authentication + authorization + autoscaling + batch + networking + policy + rbac + storage
    + admission
    + extensions + scheduling + coordination + discovery

  private static let core = [
    type("", "ConfigMap", "configmaps", short: ["cm"]),
    type("", "Endpoints", "endpoints", singular: "endpoints", short: ["ep"]),
    type("", "Event", "events", short: ["ev"]),
    type("", "Namespace", "namespaces", short: ["ns"], namespaced: false, status: true),
    type("", "Node", "nodes", short: ["no"], namespaced: false, status: true),
    type("", "PersistentVolumeClaim", "persistentvolumeclaims", short: ["pvc"], status: true),
    type("", "PersistentVolume", "persistentvolumes", short: ["pv"], namespaced: false, status: true),
    type("", "Pod", "pods", short: ["po"], categories: ["all"], status: true, generation: true),
    type("", "Secret", "secrets"),
    type("", "ServiceAccount", "serviceaccounts", short: ["sa"]),
    type("", "Service", "services", short: ["svc"], categories: ["all"], status: true),
  ]

  private static let apps = [
    type("apps", "ControllerRevision", "controllerrevisions"),
    type("apps", "DaemonSet", "daemonsets", short: ["ds"], categories: ["all"], status: true, generation: true),
    type(
      "apps", "Deployment", "deployments", short: ["deploy"], categories: ["all"], status: true, generation: true,
      scale: true),
    type(
      "apps", "ReplicaSet", "replicasets", short: ["rs"], categories: ["all"], status: true, generation: true,
      scale: true),
    type(
      "apps", "StatefulSet", "statefulsets", short: ["sts"], categories: ["all"], status: true, generation: true,
      scale: true),
  ]

  private static let events = [type("events.k8s.io", "Event", "events", short: ["ev"])]

  private static let authentication = [
    type("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews", namespaced: false)
  ]

  private static let authorization = [
    type("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", namespaced: false),
    type("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews", namespaced: false),
    type("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", namespaced: false),
  ]

  private static let autoscaling = [
    type(
      "autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers", version: "v2", short: ["hpa"],
      categories: ["all"], status: true)
  ]

  private static let batch = [
    type("batch", "CronJob", "cronjobs", short: ["cj"], categories: ["all"], status: true, generation: true),
    type("batch", "Job", "jobs", categories: ["all"], status: true, generation: true),
  ]

  private static let networking = [
    type("networking.k8s.io", "IngressClass", "ingressclasses", namespaced: false, generation: true),
    type("networking.k8s.io", "Ingress", "ingresses", short: ["ing"], status: true, generation: true),
    type("networking.k8s.io", "NetworkPolicy", "networkpolicies", short: ["netpol"], generation: true),
  ]

  private static let policy = [
    type("policy", "PodDisruptionBudget", "poddisruptionbudgets", short: ["pdb"], status: true, generation: true)
  ]

  private static let rbac = [
    type("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", namespaced: false),
    type("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", namespaced: false),
    type("rbac.authorization.k8s.io", "RoleBinding", "rolebindings"),
    type("rbac.authorization.k8s.io", "Role", "roles"),
  ]

  private static let storage = [
    type("storage.k8s.io", "StorageClass", "storageclasses", short: ["sc"], namespaced: false)
  ]

  private static let admission = [
    type(
      "admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", namespaced: false,
      status: true, generation: true),
    type(
      "admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings",
      namespaced: false, generation: true),
  ]

  private static let extensions = [
    type(
      "apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", short: ["crd", "crds"],
      categories: ["api-extensions"], namespaced: false, status: true, generation: true)
  ]

  private static let scheduling = [
    type("scheduling.k8s.io", "PriorityClass", "priorityclasses", short: ["pc"], namespaced: false, generation: true)
  ]

  private static let coordination = [type("coordination.k8s.io", "Lease", "leases")]

  private static let discovery = [type("discovery.k8s.io", "EndpointSlice", "endpointslices", generation: true)]

  private static func type(
    _ group: String, _ kind: String, _ plural: String, version: String = "v1", singular: String? = nil,
    short: [String] = [], categories: [String] = [], namespaced: Bool = true, status: Bool = false,
    generation: Bool = false, scale: Bool = false
  ) -> ServedType {
    ServedType(
      group: group, version: version, kind: kind, plural: plural, singular: singular ?? kind.lowercased(),
      listKind: kind + "List", shortNames: short, categories: categories, isNamespaced: namespaced, hasStatus: status,
      scale: scale ? ScalePaths() : nil, countsGenerations: generation,
      columns: BuiltInColumns.columns(group: group, kind: kind),
      rules: Admission.builtIn(group: group, kind: kind, hasStatus: status))
  }
}
