// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import JSON
import ObservabilityAPI
import Rendering
import YAML

/// Prints the images that a mirror must hold.
struct ImagesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "images",
    abstract: "Print every image that runs, one a line, without a cluster.",
    discussion: """
      Without a file: the images of this release, by their public names. With a file: the images that its objects would \
      run, each Observability with its registry and overrides, each Deployment, DaemonSet or the like as it stands. \
      Sorted, without duplicates, with digest where one is pinned. Ends with 0, or with 2 and nothing on standard output \
      if the file cannot be read.
      """)

  @Option(name: [.short, .customLong("filename")], help: "The file with the objects, or - for standard input.")
  var filename: String?

  @Option(help: "The operator's own image, which the init container runs.")
  var operatorImage = DefaultImages.operator.description

  func run() throws {
    var images = DefaultImages.inUse.map { $0 == DefaultImages.operator ? operatorImage : $0.description }
    if let filename {
      do {
        images = try self.images(inFile: filename)
      } catch {
        complain("\(filename == "-" ? "standard input" : filename): \(error)")
        throw ExitCode(2)
      }
    }
    for image in Set(images).sorted() { print(image) }
  }

  private func images(inFile name: String) throws -> [String] {
    let documents = try YAMLDecoder.locatedDocuments(try InputFile.bytes(name))
    let images = try documents.flatMap(ManifestSource.manifests).flatMap(images)
    guard !images.isEmpty else {
      throw RenderFailure("holds no object that runs an image: name a file with an Observability")
    }
    return images
  }

  private func images(of source: ManifestSource) throws -> [String] {
    guard let version = source.value["apiVersion"]?.string, let kind = source.value["kind"]?.string else {
      throw RenderFailure(source.located("a document without apiVersion or kind: name both, as in every manifest"))
    }
    // A wrong version, or a misspelled kind of this group, is refused as render refuses it.
    guard version.hasPrefix(ObservabilitySchema.group + "/") || kind == ObservabilitySchema.kind else {
      return ContainerImages.images(of: source.value)
    }
    let facts = PlatformFacts(
      metrics: .init(writeURL: nil), operatorImage: operatorImage, operatorVersion: DefaultImages.release)
    return ContainerImages.images(of: try source.observability(), facts: facts)
  }
}
