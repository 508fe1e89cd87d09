// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import YAML

/// What stands in one or several kubeconfig files (`k8s.io/client-go/tools/clientcmd/api/v1/types.go`).
struct Kubeconfig {
  /// A named entry, and where it stands.
  struct Entry {
    let name: String
    /// What is inside: the value of `cluster`, `user` or `context`.
    let content: JSONObject
    /// The file.
    let file: String
    /// The path in it, such as `users[2].user`.
    let field: String
  }

  let files: [String]
  var clusters: [Entry] = []
  var users: [Entry] = []
  var contexts: [Entry] = []
  var currentContext: String?

  /// Reads the files and merges them: whatever comes first wins.
  ///
  /// - Parameter mayBeMissing: as in the list of `KUBECONFIG`, where at least one must be there.
  static func load(
    _ paths: [String], mayBeMissing: Bool, _ read: FileReader
  ) throws(ConfigurationError) -> Kubeconfig {
    var merged = Kubeconfig(files: paths)
    var found = false
    for path in paths {
      let bytes: [UInt8]
      do throws(FileProblem) {
        bytes = try read(path)
      } catch {
        if mayBeMissing && error.cause == "no such file" { continue }
        throw ConfigurationError("\(path): \(error.cause); set KUBECONFIG to a kubeconfig that can be read")
      }
      found = true
      merged.merge(try parse(bytes, file: path))
    }
    guard found else {
      throw ConfigurationError("KUBECONFIG: none of \(paths.joined(separator: ", ")) exists; set it to one that does")
    }
    return merged
  }

  /// The one place where text becomes a value.
  static func parse(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> Kubeconfig {
    guard let text = ByteOrderMark.utf8(bytes) else {
      throw ConfigurationError("\(file): neither UTF-8 nor UTF-16; save it as UTF-8")
    }
    let documents: [JSONValue]
    do throws(YAMLError) {
      documents = try YAMLDecoder.documents(text)
    } catch {
      throw ConfigurationError("\(file): not YAML: \(error)")
    }
    // Tools begin a file of the list with nothing in it.
    guard let document = documents.first else { return Kubeconfig(files: [file]) }
    guard documents.count == 1 else { throw ConfigurationError("\(file): not a kubeconfig: more than one document") }
    return try KubeconfigParser(file: file).parse(document)
  }

  private mutating func merge(_ other: Kubeconfig) {
    clusters += other.clusters.filter { entry in !clusters.contains { $0.name == entry.name } }
    users += other.users.filter { entry in !users.contains { $0.name == entry.name } }
    contexts += other.contexts.filter { entry in !contexts.contains { $0.name == entry.name } }
    currentContext = currentContext ?? other.currentContext
  }
}

/// Reads a kubeconfig's outline from its value.
struct KubeconfigParser {
  private static let lists = ["clusters", "contexts", "users", "current-context"]

  let file: String

  func parse(_ document: JSONValue) throws(ConfigurationError) -> Kubeconfig {
    guard let root = document.object,
      root["kind"]?.string == "Config" || root["kind"] == nil && Self.lists.contains(where: { root[$0] != nil })
    else {
      let kind = document["kind"]?.string.map { "kind \($0)" } ?? document.typeName
      throw ConfigurationError("\(file): not a kubeconfig (found \(kind)); it must have clusters, users and contexts")
    }
    var result = Kubeconfig(files: [file])
    result.clusters = try entries(root, "clusters", "cluster")
    result.users = try entries(root, "users", "user")
    result.contexts = try entries(root, "contexts", "context")
    switch root["current-context"] {
    case nil, .null: break
    case .string(let name): result.currentContext = name.isEmpty ? nil : name
    case let other?: throw mistake("current-context", "expected string, found \(other.typeName)")
    }
    return result
  }

  private func entries(_ root: JSONObject, _ list: String, _ member: String) throws(ConfigurationError)
    -> [Kubeconfig.Entry]
  {
    guard let value = root[list], !value.isNull else { return [] }
    guard let elements = value.array else { throw mistake(list, "expected array, found \(value.typeName)") }
    var result: [Kubeconfig.Entry] = []
    for (index, element) in elements.enumerated() {
      let place = "\(list)[\(index)]"
      guard let object = element.object else { throw mistake(place, "expected object, found \(element.typeName)") }
      guard let name = object["name"]?.string, !name.isEmpty else {
        throw mistake("\(place).name", "a name is needed")
      }
      let content = object[member] ?? .null
      guard content.isNull || content.object != nil else {
        throw mistake("\(place).\(member)", "expected object, found \(content.typeName)")
      }
      // Across files the first wins; within one client-go refuses it, too.
      guard !result.contains(where: { $0.name == name }) else {
        throw mistake("\(place).name", "\(name) is in \(list) twice; remove one of them")
      }
      result.append(
        Kubeconfig.Entry(name: name, content: content.object ?? [:], file: file, field: "\(place).\(member)"))
    }
    return result
  }

  private func mistake(_ field: String, _ cause: String) -> ConfigurationError {
    ConfigurationError("\(file): \(field): \(cause)")
  }
}
