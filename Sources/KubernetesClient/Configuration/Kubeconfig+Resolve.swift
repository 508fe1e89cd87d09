// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

extension Kubeconfig {
  /// The cluster and user of a context, with all that they point to read in.
  func configuration(
    context name: String?, _ read: @escaping FileReader
  ) throws(ConfigurationError) -> ClusterConfiguration {
    let context = try context(name)
    let cluster = try entry(named: context, "cluster", in: clusters, "clusters")
    let contextFields = KubeconfigFields(context, read)
    // As in client-go a context may go without a user; kubectl then writes an empty name.
    let user = try contextFields.text("user") == nil ? nil : try entry(named: context, "user", in: users, "users")
    let fields = KubeconfigFields(cluster, read)
    var configuration = try fields.cluster()
    if let user {
      let fields = KubeconfigFields(user, read)
      try fields.addCertificate(to: &configuration)
      configuration.credentials = try fields.credentials(for: cluster, configuration)
      configuration.impersonation = try fields.impersonation()
    }
    configuration.namespace = try contextFields.text("namespace") ?? "default"
    return configuration
  }

  private func context(_ name: String?) throws(ConfigurationError) -> Entry {
    let origin = files.joined(separator: ", ")
    let known = contexts.map(\.name).joined(separator: ", ")
    let list = known.isEmpty ? "it has none" : "it has \(known)"
    guard let wanted = name ?? currentContext else {
      throw ConfigurationError("\(origin): current-context: not set; \(list): name one of them")
    }
    guard let context = contexts.first(where: { $0.name == wanted }) else {
      throw ConfigurationError("\(origin): no context \(wanted); \(list)")
    }
    return context
  }

  private func entry(
    named context: Entry, _ member: String, in entries: [Entry], _ list: String
  ) throws(ConfigurationError) -> Entry {
    guard let name = context.content[member]?.string, !name.isEmpty else {
      throw ConfigurationError("\(context.file): \(context.field).\(member): a name of one of \(list) is needed")
    }
    guard let entry = entries.first(where: { $0.name == name }) else {
      let known = entries.isEmpty ? "there are none" : "there are \(entries.map(\.name).joined(separator: ", "))"
      throw ConfigurationError("\(context.file): \(context.field).\(member): \(name) is not in \(list); \(known)")
    }
    return entry
  }
}
