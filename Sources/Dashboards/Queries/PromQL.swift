// SPDX-License-Identifier: Apache-2.0

/// Pieces of PromQL. All of it is the subset that Prometheus and MetricsQL read alike.
enum PromQL {
  /// A string literal: what a name holds never ends it.
  static func quoted(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": literal += "\\\\"
      case "\"": literal += "\\\""
      case "\n": literal += "\\n"
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }

  /// A text that matches itself only, as a part of a regular expression (RE2).
  static func escapedRegex(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      if #"\.+*?()|[]{}^$"#.unicodeScalars.contains(scalar) { escaped += "\\" }
      escaped.unicodeScalars.append(scalar)
    }
  }

  /// Sets a label from a pattern over another, where the pattern matches.
  static func relabeled(_ vector: String, _ label: String, _ value: String, from source: String, _ pattern: String)
    -> String
  {
    "label_replace(\(vector), \(quoted(label)), \(quoted(value)), \(quoted(source)), \(quoted(pattern)))"
  }

  /// Sets a label to the same value everywhere.
  static func labeled(_ vector: String, _ label: String, _ value: String) -> String {
    "label_replace(\(vector), \(quoted(label)), \(quoted(value)), \"\", \"\")"
  }

  /// Sets a label to two others with something between.
  static func joined(_ vector: String, _ label: String, by separator: String, _ first: String, _ second: String)
    -> String
  {
    "label_join(\(vector), \(quoted(label)), \(quoted(separator)), \(quoted(first)), \(quoted(second)))"
  }

  /// The largest series of each set of labels, with all its labels.
  static func first(_ labels: [String], _ vector: String) -> String {
    "topk by (\(labels.joined(separator: ", "))) (1, \(vector))"
  }

  /// An aggregation by labels.
  static func by(_ labels: [String], _ aggregation: String, _ vector: String) -> String {
    "\(aggregation) by (\(labels.joined(separator: ", "))) (\(vector))"
  }
}

/// Selectors by the variables of a dashboard.
enum Scope {
  static let object = #"observability=~"$observability",cluster=~"$cluster""#
  static let namespace = object + #",namespace=~"$namespace""#
  static let application = namespace + #",application=~"$application""#
  /// Edges that leave the application.
  static let outbound = object + #",source_namespace=~"$namespace",source_application=~"$application""#
  /// Edges that touch the namespaces, whichever end is in them.
  static let touching = object + #",between=~"(.*[|])?($namespace)([|].*)?""#
  /// The operator's own series, whose label for the object is another.
  static let operatorObject = #"object=~"$observability""#
}

/// How the label `status` shows a failed request: HTTP and gRPC by code, other protocols by word.
enum RequestStatus {
  static let failed = "5xx|failed|grpc:(UNKNOWN|INTERNAL|UNAVAILABLE|DATA_LOSS|DEADLINE_EXCEEDED)"
  static let failedMatcher = "status=~\"\(failed)\""
  static let dnsFailedMatcher = #"status!="ok""#
}
