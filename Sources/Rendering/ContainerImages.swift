// SPDX-License-Identifier: Apache-2.0

public import JSON
import KubernetesCore
public import ObservabilityAPI

/// Which images containers run, read from manifests, so that a list of them cannot differ from what is applied.
public enum ContainerImages {
  /// The images that the children of the object run, with its registry and its overrides.
  public static func images(of object: Observability, facts: PlatformFacts) -> [String] {
    OfflineRenderer.workloads(of: object, facts: facts).flatMap { images(of: .object($0.manifest.content)) }
  }

  /// The images of the containers of a Pod, or of what creates pods: a Deployment, a DaemonSet, a CronJob. Empty for
  /// anything else.
  public static func images(of manifest: JSONValue) -> [String] {
    let spec = manifest["spec"]
    let template = spec?["template"] ?? spec?[path: "jobTemplate", "spec", "template"]
    guard let pod = template?["spec"] ?? spec else { return [] }
    return ["initContainers", "containers"].flatMap { pod[$0]?.array ?? [] }.compactMap { $0["image"]?.string }
  }
}
