// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// The parts of `spec.nodeAgent` that say what Kubernetes' own PodSpec says.
enum PodSchema {
  /// The smallest memory limit: the agent's eBPF maps alone take 240 MiB, which the kernel charges to the pod.
  static let smallestMemoryLimit = "512Mi"

  static let resources = resources(
    "Compute resources of the agent, as in a pod. Its eBPF maps, about 240Mi, count as its memory. GOMEMLIMIT follows "
      + "the memory limit.", field: "spec.nodeAgent.resources",
    requests: [
      "cpu": .string(DefaultResources.cpuRequest), "memory": .string(DefaultResources.memoryRequest),
    ], limits: ["memory": .string(DefaultResources.memoryLimit)], memoryLimitSize)

  /// Requests and limits of a container, which needs a limit of memory.
  static func resources(
    _ description: String, field: String, requests: JSONValue, limits: JSONValue, _ rules: ValidationRule...
  ) -> Schema {
    var most = amounts(
      "The most that the container gets. A limit of memory is needed; one of cpu slows it down under load.",
      default: limits
    ).demanding(memoryLimit(field))
    most.rules += rules
    return .object(
      description, filled: true,
      [
        .optional("requests", amounts("What is set aside for the container.", default: requests)),
        .optional("limits", most),
      ]
    ).demanding(requestsWithinLimits(field))
  }

  private static func amounts(_ description: String, default defaultValue: JSONValue) -> Schema {
    var amount = Schema("The amount.", .integerOrString, limit: TextFormat.quantity.maxLength)
    amount.format = .quantity
    amount.minimum = 0
    var schema = Schema.map(description, of: amount, limit: 8, default: defaultValue)
    schema.keys = .resourceName
    return schema
  }

  private static func memoryLimit(_ field: String) -> ValidationRule {
    ValidationRule(
      "memory-limit-set", cel: "'memory' in self && type(self['memory']) != null_type",
      message: "\(field).limits.memory is needed, or one container could take a node's memory: set it, such as 1Gi"
    ) { $0["memory"] != nil }
  }

  private static let memoryLimitSize = ValidationRule(
    "memory-limit-holds-maps", cel: nil,
    message:
      "spec.nodeAgent.resources.limits.memory must be at least \(smallestMemoryLimit), since the eBPF maps alone take 240Mi; 1Gi fits most nodes"
  ) { limits in
    guard let limit = limits["memory"]?.quantity, let least = Quantity(smallestMemoryLimit) else { return true }
    return limit >= least
  }

  private static func requestsWithinLimits(_ field: String) -> ValidationRule {
    ValidationRule(
      "requests-within-limits", cel: nil, field: ["requests"],
      message: "a request is higher than its limit: lower \(field).requests or raise limits"
    ) { resources in
      let limits = resources["limits"]?.object ?? [:]
      return (resources["requests"]?.object ?? [:]).allSatisfy { name, request in
        guard let request = request.quantity, let limit = limits[name]?.quantity else { return true }
        return request <= limit
      }
    }
  }

  static let labelKeys = ValidationRule(
    "node-selector-keys", cel: nil,
    message: "every key must be a label's name, such as pool or topology.kubernetes.io/zone"
  ) { selector in
    (selector.object ?? [:]).keys.allSatisfy(TextFormat.labelName.matches)
  }

  static let maxUnavailable: Schema = {
    var schema = Schema(
      "How many nodes may be without an agent during a roll-out: a number, or a percentage of the nodes.",
      .integerOrString, default: "10%", limit: TextFormat.percentage.maxLength)
    schema.format = .percentage
    return schema.demanding(
      ValidationRule(
        "max-unavailable-positive", cel: "type(self) == int ? self > 0 : self != '0%'",
        message: "spec.nodeAgent.updateStrategy.maxUnavailable must be more than 0, or no new version could be rolled "
          + "out: use 1 or 10%"
      ) { value in value.integer.map { $0 > 0 } ?? (value != "0%") })
  }()

  static let tolerations = Schema.list(
    "Taints that the agents tolerate; by default all, since every node is to be observed.", of: toleration, .atomic,
    limit: 32, default: [["operator": "Exists"]])

  private static let toleration = Schema.object(
    "A toleration, as in a pod.",
    [
      .optional("key", .text("The taint's key; all keys when not given, with operator Exists.", .labelNameOrEmpty)),
      .optional("operator", .choice("How the value is compared.", ["Exists", "Equal"], default: "Equal")),
      .optional("value", .text("The taint's value, with operator Equal.", .labelValue)),
      .optional(
        "effect",
        .choice(
          "The taint's effect; all effects when empty.", ["", "NoSchedule", "PreferNoSchedule", "NoExecute"],
          default: "")),
      .optional(
        "tolerationSeconds",
        .number(
          "How long a taint with effect NoExecute is tolerated; for ever when not given.", -(1 << 31)...(1 << 31))),
    ]
  ).demanding(
    ValidationRule(
      "toleration-key-or-exists",
      cel: "(has(self.key) && self.key != '') || self.operator == 'Exists'",
      message: "a toleration without key tolerates every taint and needs operator Exists: set operator to Exists, or "
        + "name the key"
    ) { ($0["key"]?.string ?? "") != "" || $0["operator"] == "Exists" },
    ValidationRule(
      "toleration-value-with-equal",
      cel: "!has(self.value) || self.value == '' || self.operator != 'Exists'",
      field: ["value"], message: "a toleration with operator Exists takes no value: remove it, or use operator Equal"
    ) { ($0["value"]?.string ?? "") == "" || $0["operator"] != "Exists" },
    ValidationRule(
      "toleration-seconds-of-no-execute", cel: "!has(self.tolerationSeconds) || self.effect == 'NoExecute'",
      field: ["tolerationSeconds"],
      message: "tolerationSeconds is for taints that evict pods: set effect to NoExecute, or remove tolerationSeconds"
    ) { $0["tolerationSeconds"] == nil || $0["effect"] == "NoExecute" })

  static let env = Schema.list(
    "Environment variables of the agent, for settings that no field here stands for. Names that the operator sets are "
      + "refused.", of: variable, .map(keys: ["name"]), limit: 64, default: [])

  private static let variable = Schema.object(
    "An environment variable, as in a pod.",
    [
      .required("name", .text("The variable's name.", .environmentName)),
      .optional("value", .text("The variable's value.", .any(4096))),
      .optional("valueFrom", Schema("Where the value is taken from, as in a pod.", .anyObject)),
    ]
  ).demanding(
    ValidationRule(
      "env-name-free",
      cel: "!(self.name in [" + ReservedEnvironment.names.map { "'\($0)'" }.joined(separator: ", ") + "])",
      field: ["name"],
      message: "the operator sets this variable itself: use the field of spec that stands for it, and remove it from "
        + "spec.nodeAgent.env"
    ) { !ReservedEnvironment.names.contains($0["name"]?.string ?? "") },
    ValidationRule(
      "env-one-source", cel: "!(has(self.value) && self.value != '' && has(self.valueFrom))",
      message: "a variable takes value or valueFrom, not both: remove one of them"
    ) { ($0["value"]?.string ?? "") == "" || $0["valueFrom"] == nil })
}

extension JSONValue {
  /// The quantity that this text or number stands for; nil for a negative one, since no field here has a use for it.
  var quantity: Quantity? {
    Quantity(string ?? integer.map { String($0) } ?? "").flatMap { $0.isNegative ? nil : $0 }
  }
}
