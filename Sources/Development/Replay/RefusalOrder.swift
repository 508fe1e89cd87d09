// SPDX-License-Identifier: Apache-2.0

import JSON

/// The order of the failures in a refusal of a custom resource.
///
/// The API server validates the members of an object in the order of a Go map, which differs from one run to the next.
/// So failures of different fields that begin with the same member are brought into one order in both answers; those of
/// one field keep theirs. The message lists what the causes say, in their order, and is compared with them.
enum RefusalOrder {
  /// The answer with its failures in order; any other answer as it is.
  static func normalized(_ answer: JSONValue) -> JSONValue {
    guard answer["reason"] == "Invalid", isCustomResource(answer[path: "details", "group"]?.string ?? ""),
      let causes = answer[path: "details", "causes"]?.array, let message = answer["message"]?.string
    else { return answer }
    let ordered = inOrder(causes)
    // A message that does not follow from the causes must show.
    guard ordered != causes, message.hasSuffix(list(causes)) else { return answer }
    var result = answer
    result["details"]?["causes"] = .array(ordered)
    result["message"] = .string(message.dropLast(list(causes).count) + list(ordered))
    return result
  }

  private static func isCustomResource(_ group: String) -> Bool {
    group.contains(".") && !group.hasSuffix(".k8s.io")
  }

  private static func inOrder(_ causes: [JSONValue]) -> [JSONValue] {
    var result: [JSONValue] = []
    var rest = causes[...]
    while let first = rest.first {
      let run = rest.prefix { root($0) == root(first) }
      result += run.enumerated().sorted { left, right in
        let (a, b) = (field(left.element), field(right.element))
        return a == b ? left.offset < right.offset : a < b
      }.map(\.element)
      rest = rest.dropFirst(run.count)
    }
    return result
  }

  private static func list(_ causes: [JSONValue]) -> String {
    var texts: [String] = []
    for cause in causes {
      let text = "\(field(cause)): \(cause["message"]?.string ?? "")"
      if !texts.contains(text) { texts.append(text) }
    }
    return texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
  }

  private static func field(_ cause: JSONValue) -> String { cause["field"]?.string ?? "" }

  private static func root(_ cause: JSONValue) -> Substring { field(cause).prefix { $0 != "." && $0 != "[" } }
}
