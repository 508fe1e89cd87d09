// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import JSON
import YAML

/// Says what our decoders make of files, so that another program can compare.
@main
struct DecodeCommand: ParsableCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case json, yaml
  }

  static let configuration = CommandConfiguration(
    commandName: "decode", abstract: "Print files as canonical JSON: what the differential test compares.",
    discussion: """
      Reads names of files from standard input, one a line, and prints one line for each: an object with the documents \
      of the file, or with the error that refuses it. With --again the documents are written and read once more first.
      """)

  @Argument(help: "What the files hold.")
  var format: Format

  @Flag(help: "Write what was read in the same format, and read that.")
  var again = false

  func run() throws {
    while let name = readLine() { print(JSONWriter.text(answer(to: try Self.bytes(of: name)))) }
  }

  private func answer(to bytes: [UInt8]) -> JSONValue {
    do {
      let documents = try decode(bytes)
      return ["documents": .array(again ? try decode(encode(documents)) : documents)]
    } catch {
      return ["error": .string("\(error)")]
    }
  }

  private func decode(_ bytes: [UInt8]) throws -> [JSONValue] {
    switch format {
    case .json: [try JSONParser.parse(bytes)]
    case .yaml: try YAMLDecoder.documents(bytes)
    }
  }

  private func encode(_ documents: [JSONValue]) -> [UInt8] {
    switch format {
    case .json: documents.first.map { JSONWriter.bytes($0, indented: true) } ?? []
    case .yaml: Array(YAMLEncoder.text(documents: documents).utf8)
    }
  }

  private static func bytes(of name: String) throws -> [UInt8] {
    guard let file = fopen(name, "re") else {
      throw ValidationError("\(name): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    guard ferror(file) == 0 else { throw ValidationError("\(name) cannot be read") }
    return bytes
  }
}
