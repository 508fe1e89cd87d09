// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// The manifests that are written by hand and name the operator's image: generation sets the image, nothing else.
enum ReleaseStamp {
  private static let paths = ["config/manager/deployment.yaml"]

  /// Those files, of this release.
  ///
  /// - Parameter read: the text of a file, nil if it cannot be read.
  static func files(reading read: (String) -> String?) -> [GeneratedFile] {
    paths.map { GeneratedFile(path: $0, text: stamped(read($0) ?? "")) }
  }

  private static func stamped(_ text: String) -> String {
    let image = DefaultImages.operator
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard let start = line.firstRange(of: "image: \(image.repository):") else { return line }
      return line[..<start.lowerBound] + "image: \(image)"
    }.joined(separator: "\n")
  }
}
