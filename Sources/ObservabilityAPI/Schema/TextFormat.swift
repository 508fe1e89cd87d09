// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Synchronization

/// How the text of a field is spelled: a pattern that the API server checks, and words for people.
public struct TextFormat: Sendable {
  /// What is expected, with an example: `a duration such as "15s"`.
  public let expectation: String
  /// An anchored regular expression in the common part of RE2 and Swift's; nil for any text.
  public let pattern: String?
  /// An OpenAPI format that the API server knows.
  public let openAPIFormat: String?
  /// The most characters.
  public let maxLength: Int
  /// Whether a text that fits the pattern is what the format names; for what no pattern can say.
  let check: (@Sendable (String) -> Bool)?

  init(
    _ expectation: String, pattern: String? = nil, openAPIFormat: String? = nil, maxLength: Int,
    check: (@Sendable (String) -> Bool)? = nil
  ) {
    self.expectation = expectation
    self.pattern = pattern
    self.openAPIFormat = openAPIFormat
    self.maxLength = maxLength
    self.check = check
  }

  /// Whether the text is spelled so.
  public func matches(_ text: String) -> Bool {
    guard text.unicodeScalars.count <= maxLength else { return false }
    if let pattern, !Pattern.matches(text, pattern) { return false }
    return check?(text) ?? true
  }
}

/// Regular expressions as the API server reads them.
enum Pattern {
  /// Compiling costs far more than matching, and there are only the patterns of the schema.
  private static let compiled = Mutex<[String: Regex<AnyRegexOutput>]>([:])

  /// Whether the whole text fits; a pattern that does not compile fits nothing.
  static func matches(_ text: String, _ pattern: String) -> Bool {
    compiled.withLock { compiled in
      if compiled[pattern] == nil {
        compiled[pattern] = (try? Regex(pattern))?.matchingSemantics(.unicodeScalar)
      }
      return compiled[pattern].map { text.wholeMatch(of: $0) != nil } ?? false
    }
  }
}

extension TextFormat {
  private static let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"

  /// A name that is a DNS label (RFC 1123), such as a namespace's.
  static let dnsLabel = TextFormat(
    "a DNS label such as \"tenant-root\"", pattern: "^\(label)$", maxLength: 63)
  /// A DNS name (RFC 1123 subdomain), such as a Secret's or a host's.
  static let dnsName = TextFormat(
    "a DNS name such as \"vm.example.org\"", pattern: "^\(label)(\\.\(label))*$", maxLength: 253)
  /// A DNS name, or nothing.
  static let dnsNameOrEmpty = TextFormat(
    "a DNS name such as \"coroot.example.org\", or nothing", pattern: "^(\(label)(\\.\(label))*)?$", maxLength: 253)
  /// The key of a Secret.
  static let secretKey = TextFormat(
    "a key of a Secret such as \"ca.crt\"", pattern: "^[-._a-zA-Z0-9]+$", maxLength: 253)
  /// A duration as Go writes it.
  static let duration = TextFormat(
    "a duration such as \"15s\"", pattern: "^([0-9]{1,6}(\\.[0-9]{1,6})?(ms|s|m|h))+$", maxLength: 16,
    check: { GoDuration.parse($0) != nil })
  /// A number of days.
  static let days = TextFormat("a number of days such as \"7d\"", pattern: "^[1-9][0-9]{0,4}d$", maxLength: 6)
  /// An amount of storage or memory.
  static let size = amount("a size such as \"500Mi\"")
  /// An amount of a compute resource.
  static let quantity = amount("a quantity such as \"100m\" or \"1Gi\"")

  /// Every spelling that Kubernetes has for an amount of 0 or more: what the API server writes, such as
  /// `1717986918400m`, can be written back.
  private static func amount(_ expectation: String) -> TextFormat {
    TextFormat(
      expectation,
      pattern: "^\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]{1,2})?$", maxLength: 32,
      check: { Quantity($0)?.isNegative == false })
  }

  /// A share of the nodes.
  static let percentage = TextFormat(
    "a whole number, or a percentage such as \"10%\"", pattern: "^(100|[1-9]?[0-9])%$", maxLength: 4)
  /// A share of 1.
  static let fraction = TextFormat(
    "a share from \"0\" to \"1.0\"", pattern: "^(0(\\.[0-9]{1,6})?|1(\\.0{1,6})?)$", maxLength: 8)
  /// A URL without credentials.
  static let url = TextFormat(
    "a URL such as \"https://vm.example.org/api/v1/write\", without user and password in it",
    pattern: "^https?://[-._a-zA-Z0-9:\\[\\]]+(/[^\\s?#]*)?(\\?[^\\s#]*)?$", maxLength: 1024)
  /// A host without a port.
  static let host = TextFormat(
    "a host such as \"clickhouse.example.org\", an IPv6 address in brackets", pattern: "^\(AddressPatterns.host)$",
    maxLength: 253, check: HostName.isHost)
  /// A network.
  static let cidr = TextFormat(
    "a network such as \"203.0.113.0/24\"", openAPIFormat: "cidr", maxLength: 64, check: { CIDR($0) != nil })
  /// The registry that replaces an image's own.
  static let registry = TextFormat(
    "a registry such as \"registry.example.org:5000/mirror\", or nothing",
    pattern: "^([a-zA-Z0-9]([-.a-zA-Z0-9]*[a-zA-Z0-9])?(:\(AddressPatterns.port))?(/[a-z0-9][-._a-z0-9]*)*)?$",
    maxLength: 255)
  /// The repository of an image.
  static let repository = TextFormat(
    "a repository such as \"ghcr.io/coroot/coroot-node-agent\", or nothing",
    pattern: "^([a-zA-Z0-9]([-.a-zA-Z0-9]*[a-zA-Z0-9])?(:\(AddressPatterns.port))?(/[a-z0-9][-._a-z0-9]*)*)?$",
    maxLength: 255)
  /// The tag of an image.
  static let tag = TextFormat(
    "a tag such as \"1.35.6\", or nothing", pattern: "^([a-zA-Z0-9_][-._a-zA-Z0-9]*)?$", maxLength: 128)
  /// The digest of an image.
  static let digest = TextFormat(
    "a digest such as \"sha256:\" and 64 hexadecimal digits, or nothing", pattern: "^(sha256:[0-9a-f]{64})?$",
    maxLength: 71)
  /// The name of an environment variable.
  static let environmentName = TextFormat(
    "the name of an environment variable such as \"MAX_LABEL_LENGTH\"", pattern: "^[a-zA-Z_][a-zA-Z0-9_]*$",
    maxLength: 128)
  /// A value of a Kubernetes label.
  static let labelValue = TextFormat(
    "a label value: up to 63 letters, digits, '-', '_' and '.'",
    pattern: "^([a-zA-Z0-9]([-._a-zA-Z0-9]*[a-zA-Z0-9])?)?$", maxLength: 63)
  /// The name of a Kubernetes label.
  static let labelName = TextFormat(
    "a label's name such as \"pool\" or \"example.org/pool\"", pattern: "^\(qualifiedName)$", maxLength: 317,
    check: isQualifiedName)
  /// The name of a Kubernetes label, or nothing.
  static let labelNameOrEmpty = TextFormat(
    "a label's name such as \"pool\" or \"example.org/pool\", or nothing", pattern: "^(\(qualifiedName))?$",
    maxLength: 317, check: { $0.isEmpty || isQualifiedName($0) })
  /// The name of a resource of nodes.
  static let resourceName = TextFormat(
    "a resource such as \"memory\" or \"nvidia.com/gpu\"", pattern: "^\(qualifiedName)$", maxLength: 317,
    check: isQualifiedName)

  private static let qualifiedName =
    "(\(label)(\\.\(label))*/)?[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?"

  /// The length of the prefix, which no pattern can tell.
  private static func isQualifiedName(_ text: String) -> Bool {
    text.split(separator: "/").count < 2 || text.split(separator: "/")[0].utf8.count <= 253
  }

  /// A regular expression, on one line.
  static let expression = TextFormat(
    "a regular expression on one line", pattern: "^[^\\r\\n]+$", maxLength: 512)
  /// A path below a folder, with no way out of it.
  static let relativePath = TextFormat(
    "a path such as \"profiles/node-agent.json\", without \"..\"",
    pattern: "^[a-zA-Z0-9_][-._a-zA-Z0-9]*(/[a-zA-Z0-9_][-._a-zA-Z0-9]*)*$", maxLength: 255)

  /// A text of any spelling, up to so many characters.
  static func any(_ maxLength: Int) -> TextFormat { TextFormat("text", maxLength: maxLength) }
}
