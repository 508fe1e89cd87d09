// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import ObservabilityController
import YAML

/// The chart of the operator itself. Its manifests are those of `config/rbac` and `config/manager`.
struct OperatorChart {
  static let name = RoleManifests.operatorName
  private static let folder = "\(ChartMetadata.folder)/\(name)"

  private let account: JSONValue
  private let deployment: JSONValue
  private let networkPolicy: JSONValue

  /// - Parameter root: the top of the repository, of which `config/manager` is read.
  init(root: String) throws {
    func manifest(_ file: String) throws -> JSONValue {
      try YAMLDecoder.document(GeneratedFile.read("\(root)/config/manager/\(file)") ?? "")
    }
    account = try manifest("service-account.yaml")
    deployment = try manifest("deployment.yaml")
    networkPolicy = try manifest("network-policy.yaml")
  }

  var files: [GeneratedFile] {
    [
      ChartMetadata.file(Self.name, "The operator that turns an Observability into agents on every node."),
      template("service-account", [account]),
      template("rbac", RoleManifests.all + [RoleManifests.clusterAgent]),
      template("node-policy", NodePolicy.policy.manifests),
      template("daemonset-policy", DaemonSetPolicy.policy.manifests),
      template("children-policy", GeneratedFile.childrenPolicies),
      credentials,
      ingressNamespaces,
      grafanaNamespaces,
      base("deployment", deployment),
      base("network-policy", networkPolicy),
    ]
      + ChartMetadata.files(
        Self.name, values: ChartValue.file(values), schema: ChartValue.schema(values, title: "Values of \(Self.name)"),
        introduction: Self.introduction, table: ChartValue.table(values))
  }

  private func template(_ name: String, _ manifests: [JSONValue]) -> GeneratedFile {
    GeneratedFile(
      path: "\(Self.folder)/templates/\(name).yaml", text: ChartTemplate.text(manifests, chart: Self.name))
  }

  /// The right to read the passwords of each ClickHouse application among the values.
  private var credentials: GeneratedFile {
    let application = ClickHouse.Application(namespace: "some-namespace", name: "some-name", user: "")
    return GeneratedFile(
      path: "\(Self.folder)/templates/clickhouse-credentials.yaml",
      text: ChartTemplate.text(
        CredentialsRole(application).manifests, chart: Self.name, forEach: "clickHouseApplications",
        replacing: [
          ("namespace: some-namespace\n", "namespace: {{ .namespace | quote }}\n"), ("some-name", "{{ .name }}"),
        ]))
  }

  /// The right to write a CiliumNetworkPolicy in the namespace of each ingress controller among the values.
  private var ingressNamespaces: GeneratedFile {
    GeneratedFile(
      path: "\(Self.folder)/templates/ui-ingress.yaml",
      text: ChartTemplate.text(
        IngressNamespaceRole(namespace: "some-namespace").manifests, chart: Self.name, forEach: "uiIngressNamespaces",
        replacing: [("namespace: some-namespace\n", "namespace: {{ . | quote }}\n")]))
  }

  /// The right to publish dashboards in the namespace of each Grafana among the values.
  private var grafanaNamespaces: GeneratedFile {
    GeneratedFile(
      path: "\(Self.folder)/templates/dashboards.yaml",
      text: ChartTemplate.text(
        GrafanaNamespaceRole(namespace: "some-namespace").manifests, chart: Self.name, forEach: "dashboardsNamespaces",
        replacing: [("namespace: some-namespace\n", "namespace: {{ . | quote }}\n")]))
  }

  /// A manifest that a template reads and completes.
  private func base(_ name: String, _ manifest: JSONValue) -> GeneratedFile {
    GeneratedFile(
      path: "\(Self.folder)/files/\(name).yaml",
      text: GeneratedFile.header + YAMLEncoder.text(manifest, order: .kubernetes))
  }

  private static let introduction = """
    The operator: Deployment, ServiceAccount, roles, admission policies and NetworkPolicy; with switches, a metrics \
    Service with its VMServiceScrape and a PodDisruptionBudget. Install `observability-operator-crds` first, and create \
    the namespaces of `childrenNamespaces`: each of them gets a RoleBinding. The chart `observability` creates one.

    An object that keeps traces or logs in a ClickHouse application of Cozystack needs that application among \
    `clickHouseApplications` (`docs/signals.md` of the repository). Where the cluster has the Grafana operator, an object \
    that publishes dashboards needs its `spec.dashboards.namespace` among `dashboardsNamespaces`; they and the alerts \
    read the operator's own metrics, so set `metrics.enabled` too (`docs/dashboards.md`).

    With default values it installs what `config/default` does. Names and selectors are constant, so a cluster has one \
    release of it: Helm refuses a second one before it changes anything.

    On Cozystack, `_cluster.cluster-domain` is the default of `clusterDomain`.
    """

  private var podSpec: JSONValue { deployment[path: "spec", "template", "spec"] ?? [:] }

  private var repository: String {
    let image = podSpec["containers"]?.array?.first?["image"]?.string ?? ""
    return image.lastIndex(of: ":").map { String(image[..<$0]) } ?? image
  }

  private var values: [ChartValue] {
    imageValues + podValues + [
      ChartValue("labels", [:], Self.labels, "Further labels of every object."),
      ChartValue("annotations", [:], Self.texts, "Annotations of every object."),
      ChartValue("podLabels", [:], Self.labels, "Further labels of the pods."),
      ChartValue("podAnnotations", [:], Self.texts, "Annotations of the pods."),
      ChartValue(
        "logLevel", "", ["type": "string", "enum": ["", "trace", "debug", "info", "warning", "error"]],
        "The least severe log lines; the operator's own default if empty."),
      ChartValue(
        "logFormat", "", ["type": "string", "enum": ["", "text", "json"]],
        "The form of log lines; the operator's own default if empty."),
      ChartValue(
        "clusterDomain", "", Self.text("^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$"),
        "The cluster's DNS domain; if empty, that of Cozystack, or what the pod's /etc/resolv.conf says."),
      ChartValue(
        "childrenNamespaces", [.string(RoleManifests.childrenNamespace)],
        [
          "type": "array", "uniqueItems": true,
          "items": .object(Self.label),
        ],
        "The namespaces in which the operator may make agents; they must exist."),
      ChartValue(
        "clickHouseApplications", [],
        [
          "type": "array", "uniqueItems": true,
          "items": [
            "type": "object", "required": ["namespace", "name"], "additionalProperties": false,
            "properties": ["namespace": .object(Self.label), "name": .object(Self.label)],
          ],
        ],
        "The ClickHouse applications of Cozystack that objects name, each with namespace and name: a Role and a "
          + "RoleBinding there let the operator read the one Secret with the application's passwords. The namespaces must "
          + "exist."),
      ChartValue(
        "uiIngressNamespaces", [],
        ["type": "array", "uniqueItems": true, "items": .object(Self.label)],
        "The namespaces of ingress controllers through which objects expose Coroot's user interface, where the cluster has "
          + "Cilium: a Role and a RoleBinding there let the operator write one CiliumNetworkPolicy. They must exist."),
      ChartValue(
        "dashboardsNamespaces", [],
        ["type": "array", "uniqueItems": true, "items": .object(Self.label)],
        "The namespaces of the Grafanas that objects publish dashboards to, spec.dashboards.namespace: a Role and a "
          + "RoleBinding there let the operator write its own GrafanaDashboards and see the Grafanas. They must exist; on "
          + "Cozystack the package sets tenant-root."),
      ChartValue("networkPolicy.enabled", true, Self.flag, "Whether only the peers below reach the operator's port."),
      ChartValue(
        "networkPolicy.from", networkPolicy["spec"]?["ingress"]?.array?.first?["from"] ?? [],
        ["type": "array", "minItems": 1, "items": ["type": "object"]],
        "Who reads the operator's metrics: peers of a NetworkPolicy."),
      ChartValue("metrics.enabled", false, Self.flag, "Whether there is a Service for the operator's metrics."),
      ChartValue(
        "metrics.vmServiceScrape", "IfServed", ["type": "string", "enum": ["IfServed", "Always", "Never"]],
        "Whether a VMServiceScrape goes with the Service; IfServed asks whether the cluster has the kind."),
      ChartValue(
        "podDisruptionBudget.enabled", false, Self.flag, "Whether a drain waits until the other replica is ready."),
    ]
  }

  private var imageValues: [ChartValue] {
    [
      ChartValue(
        "image.repository", .string(repository), Self.text("^[a-zA-Z0-9][-a-zA-Z0-9._:/]*$"),
        "Host and path of the operator's image, which also runs as the agents' init container."),
      ChartValue(
        "image.tag", "", Self.text("^([a-zA-Z0-9_][-a-zA-Z0-9._]{0,127})?$"), "The chart's appVersion if empty."),
      ChartValue("image.digest", "", Self.text("^(sha256:[0-9a-f]{64})?$"), "Pins the image, as sha256:…"),
      ChartValue(
        "image.pullPolicy", "", ["type": "string", "enum": ["", "Always", "IfNotPresent", "Never"]],
        "The API server's default if empty."),
      ChartValue(
        "imagePullSecrets", [],
        [
          "type": "array",
          "items": [
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": ["name": ["type": "string", "minLength": 1]],
          ],
        ],
        "Secrets of the release's namespace with credentials of the registry."),
    ]
  }

  private var podValues: [ChartValue] {
    [
      ChartValue(
        "replicas", deployment["spec"]?["replicas"] ?? 1, ["type": "integer", "minimum": 0],
        "One leads; another has its caches warm and takes over."),
      ChartValue(
        "resources", podSpec["containers"]?.array?.first?["resources"] ?? [:],
        [
          "type": "object", "additionalProperties": false,
          "properties": ["requests": .object(Self.quantities), "limits": .object(Self.quantities)],
        ],
        "Requests and limits of the operator's container."),
      ChartValue("nodeSelector", [:], Self.texts, "Labels of the nodes that may run it."),
      ChartValue("tolerateControlPlane", false, Self.flag, "Whether it may run on tainted control plane nodes."),
      ChartValue("tolerations", [], ["type": "array", "items": .object(Self.toleration)], "Further tolerations."),
      ChartValue(
        "affinity", podSpec["affinity"] ?? [:], ["type": ["object", "null"]],
        "By default, replicas prefer different nodes."),
      ChartValue("priorityClassName", "", Self.text("^[-a-z0-9.]*$"), "For instance system-cluster-critical."),
    ]
  }

  private static let flag: JSONObject = ["type": "boolean"]
  private static let texts: JSONObject = ["type": "object", "additionalProperties": ["type": "string"]]
  private static let quantities: JSONObject = [
    "type": "object", "additionalProperties": ["type": ["string", "number"]],
  ]
  /// Those that select the operator's pods and bind the admission policies have their values already.
  private static let labels: JSONObject = [
    "type": "object", "additionalProperties": ["type": "string"],
    "properties": [
      "app.kubernetes.io/name": ["const": .string(name)], "app.kubernetes.io/part-of": ["const": "cozystack"],
      "app.kubernetes.io/managed-by": ["const": "Helm"],
    ],
  ]
  private static let toleration: JSONObject = [
    "type": "object", "additionalProperties": false,
    "properties": [
      "key": ["type": "string"], "operator": ["type": "string", "enum": ["Exists", "Equal", "Lt", "Gt"]],
      "value": ["type": "string"],
      "effect": ["type": "string", "enum": ["NoSchedule", "PreferNoSchedule", "NoExecute"]],
      "tolerationSeconds": ["type": "integer"],
    ],
  ]

  /// A DNS label, such as the name of a namespace.
  private static let label: JSONObject = [
    "type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63,
  ]

  private static func text(_ pattern: String) -> JSONObject { ["type": "string", "pattern": .string(pattern)] }
}
