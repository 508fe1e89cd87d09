// SPDX-License-Identifier: Apache-2.0

/// How a write is to be done, from the query.
struct WriteOptions: Sendable {
  enum FieldValidation: String, Sendable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"
  }

  var manager: String
  var isDryRun: Bool
  var isForced: Bool
  var fieldValidation: FieldValidation
  var subresource: String?
  var now: Timestamp

  /// A write of the server itself.
  init(manager: String, subresource: String?, now: Timestamp) {
    self.manager = manager
    isDryRun = false
    isForced = true
    fieldValidation = .ignore
    self.subresource = subresource
    self.now = now
  }

  /// - Throws: 422 for a dry run or a field validation that does not exist.
  init(_ request: APIRequest, subresource: String?, now: Timestamp) throws(APIStatus) {
    let agent = request.header("user-agent") ?? ""
    let prefix = agent.split(separator: "/").first.map(String.init) ?? "unknown"
    manager = request.parameter("fieldManager").flatMap { $0.isEmpty ? nil : $0 } ?? String(prefix.prefix(128))
    let dryRun = request.parameter("dryRun") ?? ""
    guard dryRun.isEmpty || dryRun == "All" else {
      throw .badRequest("Invalid value: \"\(dryRun)\": dryRun: supported values: \"All\"")
    }
    isDryRun = dryRun == "All"
    isForced = request.flag("force")
    let validation = request.parameter("fieldValidation") ?? ""
    guard validation.isEmpty || FieldValidation(rawValue: validation) != nil else {
      throw .badRequest(
        "fieldValidation: Unsupported value: \"\(validation)\": supported values: \"Ignore\", \"Strict\", \"Warn\"")
    }
    fieldValidation = FieldValidation(rawValue: validation) ?? .warn
    self.subresource = subresource
    self.now = now
  }
}
