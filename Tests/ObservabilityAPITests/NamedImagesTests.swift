// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing
import YAML

/// `DefaultImages` is the one list: what the repository names beside it must be on it, or a mirror would lack it.
@Suite struct NamedImagesTests {
  /// What is installed, what is rendered, and what people copy from.
  private static let folders = ["config", "charts", "packages", "docs", "Tests/RenderingTests/Golden"]

  @Test("Every image that a manifest, chart, sample, golden file or document names is one of the release")
  func everyNamedImageIsOnTheList() throws {
    var count = 0
    for path in Self.folders.flatMap(Repository.files) + ["README.md"] where !path.hasSuffix(".png") {
      let text = try Repository.text(path)
      let isManifest = path.hasSuffix(".yaml") || path.hasSuffix(".yml") || path.hasSuffix(".tpl")
      for name in (isManifest ? NamedImages.inManifests(text) : []) + NamedImages.inText(text) {
        count += 1
        #expect(NamedImages.isOnTheList(name), "\(path) names \(name), which DefaultImages does not have")
      }
    }
    #expect(count > 40)
  }

  @Test(
    "Only names of the release pass, at home or in a mirror",
    arguments: [
      ("\(DefaultImages.nodeAgent)", true), (DefaultImages.operator.repository, true),
      ("registry.internal:5000/mirror/coroot/coroot-node-agent:\(DefaultImages.nodeAgent.tag)", true),
      ("registry.internal/cozystack/observability-operator@sha256:0", true),
      ("\(DefaultImages.nodeAgent.repository):1.0.0", false), ("\(DefaultImages.nodeAgent.repository)@sha256:0", false),
      ("registry.internal:5000/mirror/coroot/coroot-node-agent:1.0.0", false), ("busybox", false),
      ("ghcr.io/coroot/coroot-operator:1.9.3", false), ("example.org/not-coroot/coroot:1.24.5", false),
    ])
  func theList(_ name: String, _ isOnIt: Bool) {
    #expect(NamedImages.isOnTheList(name) == isOnIt)
  }

  @Test("Names are found in manifests, values, templates and prose, and artifacts are not taken for images")
  func finding() {
    #expect(NamedImages.inManifests("a:\n- image: x/y:1\n---\nimage: 5\n") == ["x/y:1"])
    let values = "image: {repository: x/y, tag: '', digest: ''}\nother: {repository: x/z, tag: '2', digest: sha256:0}\n"
    #expect(NamedImages.inManifests(values) == ["x/y", "x/z:2@sha256:0"])
    #expect(NamedImages.inManifests("dependencies: [{name: a, repository: 'file://../a'}]\n") == [])
    let template = "{{- if .Values.a }}\n      - image: busybox:1\n        image: {{ .Values.image }}\n{{- end }}\n"
    #expect(NamedImages.inManifests(template) == ["busybox:1"])
    #expect(
      NamedImages.inText("Run `quay.io/a/b:1.2`, or ghcr.io/a/c. From oci://ghcr.io/a/packages.") == [
        "quay.io/a/b:1.2", "ghcr.io/a/c",
      ])
  }
}

private enum NamedImages {
  /// Whether it is an image of the release. In a mirror the digest is a user's choice.
  static func isOnTheList(_ name: String) -> Bool {
    DefaultImages.all.contains { image in
      let path = image.repository.split(separator: "/").dropFirst().joined(separator: "/")
      let names = ["\(image)", image.repository, "\(image.repository):\(image.tag)"]
      let isHome = name.hasPrefix("\(image.repository.split(separator: "/")[0])/")
      let mirrored = ["", ":\(image.tag)"].contains {
        name.hasSuffix("/\(path)\($0)") || name.contains("/\(path)\($0)@sha256:")
      }
      return names.contains(name) || !isHome && mirrored
    }
  }

  /// The values of `image`, and of `repository` with `tag` and `digest` beside it. Of a template, which is no YAML, the
  /// lines that name an image outright.
  static func inManifests(_ text: String) -> [String] {
    if let documents = try? YAMLDecoder.documents(text) { return documents.flatMap(names) }
    return text.matches(of: /(?m)^[ \t]*(?:- )?image:[ \t]*["']?([^\s"'{]+)["']?[ \t]*$/).map { String($0.1) }
  }

  private static func names(in value: JSONValue) -> [String] {
    switch value {
    case .array(let elements): return elements.flatMap(names)
    case .object(let members):
      var found = members.flatMap { names(in: $0.1) }
      if let image = members["image"]?.string, !image.isEmpty { found.append(image) }
      if let repository = members["repository"]?.string, !repository.isEmpty, !repository.contains("://") {
        let tag = members["tag"]?.string ?? ""
        let digest = members["digest"]?.string ?? ""
        found.append(repository + (tag.isEmpty ? "" : ":\(tag)") + (digest.isEmpty ? "" : "@\(digest)"))
      }
      return found
    default: return []
    }
  }

  private static var publicName: Regex<(Substring, Substring?)> {
    /(oci:\/\/)?(?:ghcr|quay|docker|gcr|registry\.k8s)\.io(?:\/[a-z0-9][\w.-]*)+(?::[\w.-]+)?(?:@sha256:\w+)?/
  }

  /// Names with the host of a public registry. What `oci://` precedes is an artifact.
  static func inText(_ text: String) -> [String] {
    text.matches(of: publicName).filter { $0.1 == nil }.map { match in
      var name = match.0
      while name.last == "." { name.removeLast() }
      return String(name)
    }
  }
}
