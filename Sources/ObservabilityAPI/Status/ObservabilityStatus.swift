// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON

/// What the operator writes into the status of an `Observability` object.
public struct ObservabilityStatus: Hashable, Sendable {
  /// How many ineligible nodes are named; the rest are counted.
  public static let nodeLimit = 50
  /// The most children that fit the inventory.
  public static let inventoryLimit = 256

  /// How many nodes have an agent.
  public struct Agents: Hashable, Sendable {
    /// Nodes that are selected and can carry the agent.
    public var eligible: Int
    /// Nodes that are selected and cannot.
    public var ineligible: Int
    /// Nodes whose agent is of the present version.
    public var updated: Int
    /// Nodes whose agent is ready.
    public var ready: Int
    /// `ready/eligible`, for the printer column.
    public var summary: String { "\(ready)/\(eligible)" }

    /// Counts, 0 unless given.
    public init(eligible: Int = 0, ineligible: Int = 0, updated: Int = 0, ready: Int = 0) {
      self.eligible = eligible
      self.ineligible = ineligible
      self.updated = updated
      self.ready = ready
    }
  }

  /// A node that cannot carry the agent.
  public struct IneligibleNode: Hashable, Sendable {
    /// The node's name.
    public var name: String
    /// The version of its kernel.
    public var kernel: String
    /// Why, as one word in CamelCase.
    public var reason: String
    /// What is so on this node, and what to do; cleaned, at most ``messageLimit`` bytes.
    public var message: String

    /// The longest message, in bytes.
    public static let messageLimit = 512
    /// The longest version of a kernel, in bytes.
    static let kernelLimit = 128

    /// A node with its verdict.
    public init(name: String, kernel: String, reason: String, message: String = "") {
      self.name = name
      self.kernel = kernel
      self.reason = reason
      self.message = message.cleaned(bytes: Self.messageLimit)
    }
  }

  /// A Linux capability of the agents, with its reason.
  public struct Capability: Hashable, Sendable {
    /// The name without `CAP_`.
    public var name: String
    /// What it is needed for; `for` in the object.
    public var purpose: String

    /// A capability and what it is needed for.
    public init(name: String, purpose: String) {
      self.name = name
      self.purpose = purpose
    }
  }

  /// A child as it was last applied.
  public struct Child: Hashable, Sendable {
    /// The API group; empty for the core group.
    public var group: String
    /// The kind.
    public var kind: String
    /// The namespace; empty for a cluster-scoped child.
    public var namespace: String
    /// The name.
    public var name: String
    /// The identity, so that only this child is ever removed; empty before it is known.
    public var uid: String
    /// The hash of what was applied.
    public var hash: String
    /// The part that it is of: `agents`; empty if that is not known.
    public var part: String

    /// A child made of its parts.
    public init(
      group: String, kind: String, namespace: String, name: String, uid: String, hash: String, part: String = ""
    ) {
      self.group = group
      self.kind = kind
      self.namespace = namespace
      self.name = name
      self.uid = uid
      self.hash = hash
      self.part = part
    }
  }

  /// Where data goes and comes from. Each is written without user and password, whatever is set here.
  public struct Endpoints: Hashable, Sendable {
    /// Where metrics are written.
    public var metricsWrite: String?
    /// Where metrics are read.
    public var metricsRead: String?
    /// The ClickHouse.
    public var clickHouse: String?
    /// The user interface.
    public var ui: String?

    /// Endpoints, absent unless given.
    public init(
      metricsWrite: String? = nil, metricsRead: String? = nil, clickHouse: String? = nil, ui: String? = nil
    ) {
      self.metricsWrite = metricsWrite
      self.metricsRead = metricsRead
      self.clickHouse = clickHouse
      self.ui = ui
    }
  }

  /// The generation of the object that this status is about.
  public var observedGeneration: Int64
  /// The conditions as Kubernetes has them; their times are the caller's to keep.
  public var conditions: [JSONValue]
  /// How many nodes have an agent; nil before nodes were looked at.
  public var agents: Agents?
  /// Every node that cannot carry the agent, in any order.
  public var ineligibleNodes: [IneligibleNode]
  /// The capabilities of the agents.
  public var capabilities: [Capability]
  /// Every child, in any order.
  public var inventory: [Child]
  /// Where data goes and comes from.
  public var endpoints: Endpoints

  /// A status made of its parts.
  public init(
    observedGeneration: Int64, conditions: [JSONValue] = [], agents: Agents? = nil,
    ineligibleNodes: [IneligibleNode] = [], capabilities: [Capability] = [], inventory: [Child] = [],
    endpoints: Endpoints = Endpoints()
  ) {
    self.observedGeneration = observedGeneration
    self.conditions = conditions
    self.agents = agents
    self.ineligibleNodes = ineligibleNodes
    self.capabilities = capabilities
    self.inventory = inventory
    self.endpoints = endpoints
  }
}
