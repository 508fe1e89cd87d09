// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// The manifests that are written by hand and name the release: generation sets that name, nothing else.
enum ReleaseStamp {
  /// A file, how the name begins there, and the name of this release.
  private static let stamps = [
    (
      path: "config/manager/deployment.yaml", start: "image: \(DefaultImages.operator.repository):",
      name: "image: \(DefaultImages.operator)"
    ),
    (path: "config/cozystack/ocirepository.yaml", start: "tag: v", name: "tag: v\(DefaultImages.release)"),
  ]

  /// Those files, of this release.
  ///
  /// - Parameter read: the text of a file, nil if it cannot be read.
  static func files(reading read: (String) -> String?) -> [GeneratedFile] {
    stamps.map { stamp in
      let lines = (read(stamp.path) ?? "").split(separator: "\n", omittingEmptySubsequences: false)
      let stamped = lines.map { line -> Substring in
        guard let start = line.firstRange(of: stamp.start) else { return line }
        return line[..<start.lowerBound] + stamp.name
      }
      return GeneratedFile(path: stamp.path, text: stamped.joined(separator: "\n"))
    }
  }
}
