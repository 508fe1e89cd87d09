// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// The name of a container image: `registry/path:tag@digest` (the grammar of `distribution/reference`).
struct ImageReference {
  /// The host and what may follow it in an override; nil for a name without a host.
  private(set) var registry: String?
  private(set) var path: String
  private(set) var tag: String?
  private(set) var digest: String?

  init(_ text: String) {
    var rest = Substring(text)
    if let at = rest.firstIndex(of: "@") {
      digest = String(rest[rest.index(after: at)...])
      rest = rest[..<at]
    }
    // A colon after the last slash starts the tag; one before it belongs to the registry's port.
    if let colon = rest.lastIndex(of: ":"), rest.lastIndex(of: "/").map({ $0 < colon }) ?? true {
      tag = String(rest[rest.index(after: colon)...])
      rest = rest[..<colon]
    }
    // The first component is a host if it could not be a path component (distribution/reference, splitDockerDomain).
    if let slash = rest.firstIndex(of: "/"), Self.isHost(rest[..<slash]) {
      registry = String(rest[..<slash])
      rest = rest[rest.index(after: slash)...]
    }
    path = String(rest)
  }

  private static func isHost(_ component: Substring) -> Bool {
    component == "localhost" || component.contains { $0 == "." || $0 == ":" }
  }

  /// The image with the user's choices applied.
  ///
  /// A repository stands as it is given; every other image gets the registry as its host, unless it lies below that
  /// registry already, as the operator's own does when it was installed from the mirror. A repository alone keeps the
  /// default's tag and digest, since it names a mirror. A tag or digest replaces both of them: the default's digest
  /// would win over the user's tag.
  func applying(_ image: Images.Image, registry override: String) -> ImageReference {
    var result = self
    if let repository = image.repository, !repository.isEmpty {
      result = ImageReference(repository)
      if result.tag == nil, result.digest == nil { (result.tag, result.digest) = (tag, digest) }
    } else if !override.isEmpty {
      var host = Substring(override)
      while host.hasSuffix("/") { host = host.dropLast() }
      if !text.hasPrefix(host + "/") { result.registry = String(host) }
    }
    let (newTag, newDigest) = (image.tag ?? "", image.digest ?? "")
    if !newTag.isEmpty || !newDigest.isEmpty {
      result.tag = newTag.isEmpty ? nil : newTag
      result.digest = newDigest.isEmpty ? nil : newDigest
    }
    return result
  }

  /// The name as a container runtime takes it. With both, the digest decides and the tag is for people.
  var text: String {
    var text = registry.map { "\($0)/\(path)" } ?? path
    if let tag { text += ":\(tag)" }
    if let digest { text += "@\(digest)" }
    return text
  }
}
