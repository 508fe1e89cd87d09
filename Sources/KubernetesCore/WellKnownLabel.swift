// SPDX-License-Identifier: Apache-2.0

/// Keys of labels that Kubernetes itself gives a meaning.
public enum WellKnownLabel {
  // The recommended labels: kubernetes.io/docs/concepts/overview/working-with-objects/common-labels.

  /// The name of the application.
  public static let name = "app.kubernetes.io/name"
  /// Which installation of the application.
  public static let instance = "app.kubernetes.io/instance"
  /// The component within the architecture.
  public static let component = "app.kubernetes.io/component"
  /// The application of a higher level that this one belongs to.
  public static let partOf = "app.kubernetes.io/part-of"
  /// The tool that manages the object.
  public static let managedBy = "app.kubernetes.io/managed-by"

  // Set by the API server: kubernetes.io/docs/reference/labels-annotations-taints.

  /// On every namespace, its name.
  public static let namespaceName = "kubernetes.io/metadata.name"
}
