// SPDX-License-Identifier: Apache-2.0

import JSON

extension TypeRules {
  /// Why the body of a request cannot become an object of a built-in kind: a member of another type, or a time that is
  /// none. The API server answers 400 with `<Kind> in version "<v>" cannot be handled as a <Kind>: ` before it.
  ///
  /// Custom resources are not decoded into types; for them validation finds the same.
  ///
  /// - Parameter kind: the kind, for the message.
  public func decodingProblem(_ object: JSONValue, kind: String) -> String? {
    schema.decodingProblem(object, at: kind)
  }

  /// Why an object that an apply merged cannot become an object of a built-in kind, as the conversion from unstructured
  /// objects phrases it (`runtime/converter.go`). The API server answers 500.
  func conversionProblem(_ object: JSONValue, kind: String) -> String? {
    decodingProblem(object, kind: kind).map { $0.hasPrefix("illegal base64") ? "error decoding from json: \($0)" : $0 }
  }
}

extension StructuralSchema {
  fileprivate func decodingProblem(_ value: JSONValue, at path: String) -> String? {
    if value.isNull { return nil }
    switch (kind, value) {
    case (.object, .object(let members)):
      for (name, member) in members {
        let schema = self.member(name)?.schema
        if let problem = schema?.decodingProblem(member, at: "\(path).\(name)") { return problem }
      }
    case (.array, .array(let elements)):
      for element in elements {
        if let problem = items?.decodingProblem(element, at: path) { return problem }
      }
    case (.string, .string(let text)):
      if let layout = timeLayout, !DateTimeReader.isDateTime(text) {
        return #"parsing time "\#(text)" as "\#(layout)": cannot parse "\#(text)" as "2006""#
      }
      if rules.format == "byte", let place = Base64.corruptByte(in: text) {
        return "illegal base64 data at input byte \(place)"
      }
    case (.boolean, .bool), (.integer, .integer), (.number, _), (.any, _): break
    case (.intOrString, .string(let text)):
      if rules.format == ValueRules.quantityFormat, !Quantity.isValid(text) {
        return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
      }
    case (.intOrString, .integer): break
    case (.intOrString, .double) where rules.format == ValueRules.quantityFormat: break
    default:
      let type =
        switch kind {
        case .integer: "int32"
        case .boolean: "bool"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        default: "string"
        }
      let found = value.double == nil ? value.typeName : "number"
      return
        "json: cannot unmarshal \(found == "boolean" ? "bool" : found) into Go struct field \(path) of type \(type)"
    }
    return nil
  }

  /// How Go spells the layout of the times here; nil if the text is no time.
  private var timeLayout: String? {
    switch rules.format {
    case "date-time": "2006-01-02T15:04:05Z07:00"
    case ValueRules.microTimeFormat: "2006-01-02T15:04:05.000000Z07:00"
    default: nil
    }
  }
}
