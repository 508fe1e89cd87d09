// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for a ConfigMap or a Secret.
///
/// Source: `ValidateConfigMap`, `ValidateSecret` and their updates in `pkg/apis/core/validation/validation.go`.
enum DataRules {
  /// The sum of all values that a ConfigMap or a Secret may hold.
  static let maximumBytes = 1_048_576

  static func failures(_ new: JSONValue, _ old: JSONValue?, kind: String) -> [FieldFailure] {
    (old.map { changeFailures(new, $0, kind: kind) } ?? []) + contentFailures(new, kind: kind)
      + (kind == "Secret" ? typeFailures(new) : [])
  }

  private static func contentFailures(_ object: JSONValue, kind: String) -> [FieldFailure] {
    var result: [FieldFailure] = []
    var size = 0
    for list in ["data", "binaryData"] {
      for (key, value) in (object[list]?.object ?? JSONObject()).sorted(by: { $0.key < $1.key }) {
        let place = FieldName.key(list, key)
        if let problem = NameRules.configKey(key) { result.append(.invalid(place, .string(key), problem)) }
        if list == "data", object[path: "binaryData", key] != nil {
          result.append(.invalid(place, .string(key), "duplicate of key present in binaryData"))
        }
        let text = value.string ?? ""
        let isEncoded = kind == "Secret" || list == "binaryData"
        size += isEncoded ? Base64.decoded(text)?.count ?? 0 : text.utf8.count
      }
    }
    // The API server names no field here, or `data` for a Secret.
    if size > maximumBytes { result.append(.tooLong(kind == "Secret" ? "data" : "[]", limit: maximumBytes)) }
    return result
  }

  private static func changeFailures(_ new: JSONValue, _ old: JSONValue, kind: String) -> [FieldFailure] {
    var result: [FieldFailure] = []
    if kind == "Secret", let type = new["type"], let before = old["type"], type != before {
      result.append(.invalid("type", type, "field is immutable"))
    }
    guard old["immutable"] == true else { return result }
    for name in ["immutable", "data", "binaryData"] where new[name] != old[name] {
      result.append(.forbidden(name, "field is immutable when `immutable` is set"))
    }
    return result
  }

  /// What a Secret of a type that Kubernetes knows must hold.
  private static func typeFailures(_ secret: JSONValue) -> [FieldFailure] {
    func missing(_ keys: [String]) -> [FieldFailure] {
      keys.filter { secret[path: "data", $0] == nil }.map { .required(FieldName.key("data", $0)) }
    }
    switch secret["type"]?.string {
    case "kubernetes.io/tls": return missing(["tls.crt", "tls.key"])
    case "kubernetes.io/basic-auth":
      let lacking = missing(["username", "password"])
      return lacking.count == 2 ? lacking : []
    case "kubernetes.io/ssh-auth": return missing(["ssh-privatekey"])
    case "kubernetes.io/dockercfg": return missing([".dockercfg"]) + jsonFailures(secret, key: ".dockercfg")
    case "kubernetes.io/dockerconfigjson":
      return missing([".dockerconfigjson"]) + jsonFailures(secret, key: ".dockerconfigjson")
    case "kubernetes.io/service-account-token":
      let key = "kubernetes.io/service-account.name"
      let name = secret[path: "metadata", "annotations", key]?.string ?? ""
      return name.isEmpty ? [.required(FieldName.key("metadata.annotations", key))] : []
    default: return []
    }
  }

  private static func jsonFailures(_ secret: JSONValue, key: String) -> [FieldFailure] {
    guard let bytes = secret[path: "data", key]?.string.flatMap(Base64.decoded) else { return [] }
    let parsed = try? JSONParser.parse(bytes)
    guard parsed?.object == nil else { return [] }
    let detail = GoJSONError.message(bytes) ?? "json: cannot unmarshal into Go value of type map[string]interface {}"
    return [.invalid(FieldName.key("data", key), "<secret contents redacted>", detail)]
  }
}
