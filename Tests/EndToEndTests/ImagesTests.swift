// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import ProcessSupport
import Testing

@Suite struct ImagesTests {
  private static func object(_ name: String, _ spec: String) -> String {
    """
    apiVersion: observability.cozystack.io/v1alpha1
    kind: Observability
    metadata: {name: \(name)}
    spec: \(spec)

    """
  }

  private static let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: cozy-coroot}\n"

  /// What an object without traces and logs runs.
  private static let ofAgents = [DefaultImages.nodeAgent, DefaultImages.operator].map(\.description).sorted()

  private static func images(_ text: String, _ options: [String] = []) async throws -> [String] {
    let folder = try TemporaryFolder()
    let result = try await Executable.run(["images", "-f", try folder.write("objects.yaml", text)] + options)
    #expect(result.ending == .exit(0))
    #expect(result.errors == [])
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test("Without a file, images prints what this release runs, sorted and as it is pinned")
  func theDefaults() async throws {
    let result = try await Executable.run(["images"])
    #expect(result.ending == .exit(0))
    #expect(result.errors == [])
    #expect(result.output.split(separator: "\n").map(String.init) == DefaultImages.inUse.map(\.description).sorted())
  }

  @Test("An object with its registry and overrides runs other images than the defaults")
  func anObject() async throws {
    let digest = "sha256:" + String(repeating: "b", count: 64)
    let spec = "{images: {registry: r.local:5000/m, nodeAgent: {tag: \"2\"}, operator: {digest: \"\(digest)\"}}}"
    #expect(
      try await Self.images(Self.object("platform", spec)) == [
        "r.local:5000/m/coroot/coroot-node-agent:2", "r.local:5000/m/cozystack/observability-operator@\(digest)",
      ])
  }

  @Test("An object that sends logs anywhere runs the gateway too")
  func anObjectWithSignals() async throws {
    let images = try await Self.images(Self.object("platform", "{logs: {destination: VictoriaLogs}}"))
    #expect(images == (Self.ofAgents + [DefaultImages.gateway.description]).sorted())
  }

  @Test("An object of mode Full runs all that the release runs, the gatekeeper if its user interface is exposed")
  func anObjectOfModeFull() async throws {
    let oidc = "{issuerURL: \"https://id.example.org\", clientID: coroot, clientSecretRef: {name: oidc}}"
    for ui in ["{}", "{host: coroot.example.org, oidc: \(oidc)}"] {
      let spec = "{mode: Full, clickHouse: {application: {}}, coroot: {ui: \(ui)}}"
      let expected = DefaultImages.inUse.filter { ui != "{}" || $0 != DefaultImages.gatekeeper }
      #expect(try await Self.images(Self.object("platform", spec)) == expected.map(\.description).sorted())
    }
  }

  @Test("Of several documents each image is printed once; a document that runs nothing is passed over")
  func severalDocuments() async throws {
    let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a.local/first:1}]}\n"
    let text = [
      Self.namespace, Self.object("one", "{}"), Self.object("two", "{images: {nodeAgent: {tag: \"2\"}}}"), pod,
    ].joined(separator: "---\n")
    let expected = ["a.local/first:1", "ghcr.io/coroot/coroot-node-agent:2"] + Self.ofAgents
    #expect(try await Self.images(text) == expected.sorted())
  }

  @Test("A list, as kubectl prints several objects, counts as its items")
  func aList() async throws {
    let item = "  {apiVersion: observability.cozystack.io/v1alpha1, kind: Observability, metadata: {name: a}, spec: {}}"
    let list = "apiVersion: v1\nkind: List\nitems:\n-\(item)\n"
    #expect(try await Self.images(list) == Self.ofAgents)
  }

  @Test("The operator's image is what the option says, and keeps its digest behind a registry")
  func theOperatorsImage() async throws {
    let option = ["--operator-image", "example.org/operator:1@sha256:0"]
    let defaults = try await Executable.run(["images"] + option).output
    #expect(defaults.contains("example.org/operator:1@sha256:0\n"))
    #expect(try await Self.images(Self.object("a", "{}"), option).contains("example.org/operator:1@sha256:0"))
    #expect(
      try await Self.images(Self.object("a", "{images: {registry: r.local}}"), option).contains(
        "r.local/operator:1@sha256:0"))
  }

  @Test("What render would put into pods is what images prints", arguments: Samples.names)
  func agreesWithRender(_ name: String) async throws {
    let images = try await Executable.run(["images", "-f", Samples.path(name)]).output
    let rendered = try await Executable.run(["render", "-f", Samples.path(name)]).output
    let named = Set(rendered.matches(of: /(?m)^ +image: (\S+)$/).map { String($0.1) })
    #expect(named.count == (name.hasPrefix("signals") ? 3 : name.hasPrefix("full") ? 5 : 2))
    #expect(images.split(separator: "\n").map(String.init) == named.sorted())
  }

  @Test(
    "A file that is not understood is refused with the place, exit code 2 and no list",
    arguments: [
      ("", ["objects.yaml: ", "an Observability"]), (namespace, ["runs an image"]), ("a: [", ["line 2, column 1: "]),
      ("metadata: {}\n", ["line 1, column 1: ", "apiVersion or kind"]), ("5\n", ["line 1, column 1: "]),
      (namespace + "---\n" + object("a", "{mode: Full}"), ["line 8, column 1: ", "spec.clickHouse"]),
      (namespace + "---\n" + object("a", "{namespce: b}"), ["line 8, column 8: ", "spec.namespce", "namespace"]),
      (object("a", "{images: {registry: \"a b\"}}"), ["line 4, column 17: ", "spec.images.registry"]),
      (object("a", "{}").replacing("Observability", with: "Observabilty"), ["line 2, column 1: kind: "]),
      (object("a", "{}").replacing("v1alpha1", with: "v9"), ["line 1, column 1: apiVersion: "]),
    ])
  func refusals(_ text: String, _ parts: [String]) async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("objects.yaml", text)
    let result = try await Executable.run(["images", "-f", file])
    #expect(result.ending == .exit(2))
    #expect(result.output == "")
    #expect(result.errors.count == 1 && result.errors[0].hasPrefix(file + ": "), "\(result.errors)")
    for part in parts { #expect(result.errors.joined().contains(part), "\"\(part)\" is not in \(result.errors)") }
  }
}
