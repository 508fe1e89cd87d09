// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// What the operator is told at its start.
public struct OperatorSettings: Hashable, Sendable {
  /// The field manager of everything that the operator applies; its status goes by the same name with `-status`.
  public static let fieldManager = "observability-operator"
  /// What Events give as their reporting controller.
  public static let controllerName = "observability.cozystack.io/operator"

  /// How often every object is looked at again without a reason, about; it costs no request if all is as it should be.
  static let resync = Duration.seconds(36_000)

  /// The version of the operator's release.
  public var version: String
  /// The image that the init container runs, unless an object names another.
  public var image: String
  /// Which replica this is, as Events give it.
  public var instance: String
  /// How many objects are worked on at once.
  public var workers: Int
  /// The namespace of the operator's own pods; nil for one that runs outside the cluster.
  public var namespace: String?
  /// The cluster's domain, which shows whether a host in a URL is a Service.
  public var clusterDomain: String

  /// Settings made of their parts.
  public init(
    version: String, image: String, instance: String = "observability-operator", workers: Int = 4,
    namespace: String? = nil, clusterDomain: String = ClusterService.defaultDomain
  ) {
    self.version = version
    self.image = image
    self.instance = instance
    self.workers = workers
    self.namespace = namespace
    self.clusterDomain = clusterDomain
  }
}
