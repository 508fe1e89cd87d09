// SPDX-License-Identifier: Apache-2.0

import JSON

/// The schema of `spec.images`.
enum ImagesSchema {
  static let images = Schema.object(
    "Which images run. What is not given is taken from the operator's release, which pins every image.", filled: true,
    [
      .optional(
        "registry",
        .text(
          "Replaces the host of every image that names no repository, for clusters without access to the internet.",
          .registry, default: "")),
      .optional(
        "pullSecrets",
        .list(
          "Names of Secrets in spec.namespace that hold credentials for the registry.",
          of: .text("The name of a Secret.", .dnsName), .set, limit: 16, default: [])),
      .optional("nodeAgent", image("Coroot's node-agent")),
      .optional("clusterAgent", image("Coroot's cluster-agent")),
      .optional("coroot", image("the Coroot server")),
      .optional("gateway", image("the OpenTelemetry Collector")),
      .optional("gatekeeper", image("the OAuth2 proxy before the user interface")),
      .optional("operator", image("this operator, which the agents' init container runs")),
    ])

  private static func image(_ what: String) -> Schema {
    .object(
      "The image of \(what).", filled: true,
      [
        .optional(
          "repository",
          .text(
            "Host and path of the image, taken as they are: spec.images.registry does not change them.", .repository)),
        .optional("tag", .text("The tag.", .tag)),
        .optional("digest", .text("The digest; it wins over the tag.", .digest)),
        .optional(
          "pullPolicy",
          .choice(
            "When the image is pulled; Kubernetes' own default when empty.", ["", "Always", "IfNotPresent", "Never"],
            default: "")),
      ])
  }
}
