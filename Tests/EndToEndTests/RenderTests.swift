// SPDX-License-Identifier: Apache-2.0

import JSON
import ProcessSupport
import Testing
import YAML

@Suite struct RenderTests {
  private static let head = """
    apiVersion: observability.cozystack.io/v1alpha1
    kind: Observability
    metadata:
      name: platform
    spec:

    """

  struct Refusal: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    /// What is told of it.
    var parts: [String]
  }

  private static let bomb =
    "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + (1...9).map { level in
      "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
    }.joined()

  private static func url(_ text: String) -> String {
    "  metrics:\n    victoriaMetrics:\n      writeURL: \"\(text)\"\n"
  }

  static let refusals: [Refusal] = [
    Refusal(
      testDescription: "a tab", text: head + "\tmode: AgentsOnly\n",
      parts: ["line 6, column 1: ", "tab", "use spaces"]),
    Refusal(
      testDescription: "a key that stands twice", text: head + "  mode: AgentsOnly\n  mode: Full\n",
      parts: ["line 7, column 3: ", "\"mode\"", "twice", "line 6"]),
    Refusal(
      testDescription: "an unknown field", text: head + "  mode: AgentsOnly\n  namespce: cozy-coroot\n",
      parts: ["line 7, column 3: ", "spec.namespce", "unknown", "\"namespace\""]),
    Refusal(
      testDescription: "a wrong type", text: head + "  mode: AgentsOnly\n  namespace: 5\n",
      parts: ["line 7, column 3: ", "spec.namespace", "number"]),
    Refusal(
      testDescription: "a value that is none of the list", text: head + "  mode: Agents\n  namespace: cozy-coroot\n",
      parts: ["line 6, column 3: ", "spec.mode", "AgentsOnly"]),
    Refusal(
      testDescription: "mode Full without a ClickHouse", text: head + "  mode: Full\n  namespace: cozy-coroot\n",
      parts: ["line 5, column 1: ", "spec.clickHouse: ", "needed with mode Full", "spec.mode to AgentsOnly"]),
    Refusal(
      testDescription: "a name that is missing", text: head.replacing("name: platform", with: "labels: {}"),
      parts: ["line 3, column 1: ", "metadata.name: is required"]),
    Refusal(
      testDescription: "a name that is a number",
      text: head.replacing("name: platform", with: "name: 123") + "  mode: AgentsOnly\n",
      parts: ["line 4, column 3: ", "metadata.name", "in quotes"]),
    Refusal(
      testDescription: "a label that is a number",
      text: head.replacing("name: platform", with: "name: platform\n  labels: {x: 1}") + "  mode: AgentsOnly\n",
      parts: ["line 5, column ", "metadata.labels[x]", "number"]),
    Refusal(
      testDescription: "a URL with a port beyond 64 bits", text: head + url("http://h:99999999999999999999/a"),
      parts: ["line 8, column 7: ", "spec.metrics.victoriaMetrics.writeURL", "from 1 to 65535"]),
    Refusal(
      testDescription: "a URL with two colons", text: head + url("http://a:b:c/"),
      parts: ["spec.metrics.victoriaMetrics.writeURL", "IPv6 address in brackets"]),
    Refusal(
      testDescription: "a link-local address", text: head + url("http://[::ffff:169.254.169.254]/latest"),
      parts: [
        "line 8, column 7: ", "spec.metrics.victoriaMetrics.writeURL: 169.254.169.254 is a link-local address",
      ]),
    Refusal(
      testDescription: "a node selector for another system",
      text: head + "  nodeAgent: {nodeSelector: {kubernetes.io/os: windows}}\n",
      parts: ["spec.nodeAgent.nodeSelector", "Linux only", "remove the key"]),
    Refusal(
      testDescription: "an expression that does not compile",
      text: head + "  nodeAgent:\n    containers:\n      deny:\n      - '('\n",
      parts: ["line 9, column 9: ", "spec.nodeAgent.containers.deny[0]", "close every bracket"]),
    Refusal(
      testDescription: "two documents",
      text: head + "  mode: AgentsOnly\n  namespace: cozy-coroot\n---\nkind: Observability\n",
      parts: ["line 8, column 1: ", "one document"]),
    Refusal(testDescription: "aliases of aliases", text: bomb, parts: ["line ", "column ", "alias"]),
    Refusal(testDescription: "nothing", text: "", parts: ["object.yaml: "]),
    Refusal(testDescription: "another kind", text: "apiVersion: v1\nkind: Pod\n", parts: ["object.yaml: ", "kind"]),
  ]

  @Test(arguments: refusals)
  func refusesAFileAndTellsThePlace(_ refusal: Refusal) async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("object.yaml", refusal.text)
    let result = try await Executable.run(["render", "-f", file])
    #expect(result.ending == .exit(2))
    #expect(result.output == "")
    #expect(result.errors.first?.hasPrefix(file + ": ") == true, "\(result.errors)")
    for part in refusal.parts {
      #expect(result.errors.joined(separator: "\n").contains(part), "\"\(part)\" is not in \(result.errors)")
    }
  }

  @Test(
    "An option that is no URL is refused by its name",
    arguments: [
      ("--write-url", "http://h:99999999999999999999/a", "the port"), ("--write-url", "http://a:b:c/", "brackets"),
      ("--read-url", "vm:8481", "no scheme"), ("--write-url", "http://u:hunter2@vm/", "credentialsSecretRef"),
      ("--read-url", "http://[fe80::1]/", "link-local"), ("--cluster-domain", "a b", "cluster.local"),
    ])
  func refusesAnOption(_ option: String, _ text: String, _ part: String) async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("object.yaml", Self.head + "  mode: AgentsOnly\n")
    let result = try await Executable.run(["render", "-f", file, option, text])
    #expect(result.ending == .exit(2))
    #expect(result.output == "")
    let errors = result.errors.joined(separator: "\n")
    #expect(errors.contains("\(option): ") && errors.contains(part) && !errors.contains("hunter2"), "\(errors)")
  }

  @Test func tellsEveryWrongFieldOfAFileInALineOfItsOwn() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("object.yaml", Self.head + "  mode: Agents\n  namespace: 5\n")
    let result = try await Executable.run(["render", "-f", file])
    #expect(result.ending == .exit(2))
    #expect(result.errors.count == 2, "\(result.errors)")
  }

  @Test func refusesAFileThatIsNotThere() async throws {
    let result = try await Executable.run(["render", "-f", "/nowhere/object.yaml"])
    #expect(result.ending == .exit(2))
    #expect(result.output == "")
    #expect(result.errors == ["/nowhere/object.yaml: no such file or directory"])
  }

  @Test(arguments: Samples.names)
  func rendersASample(_ name: String) async throws {
    let result = try await Executable.run(["render", "-f", Samples.path(name)])
    #expect(result.ending == .exit(0), "\(result.errors)")
    #expect(result.errors == [])
    let documents = try YAMLDecoder.documents(result.output)
    #expect(documents.count { $0["kind"]?.string == "DaemonSet" } == 1)
    for document in documents {
      #expect(document["apiVersion"]?.string?.isEmpty == false)
      #expect(document["metadata"]?["name"]?.string?.isEmpty == false)
    }
  }

  @Test func knowsEverySample() throws {
    #expect(try Samples.count() == Samples.names.count)
  }
}
