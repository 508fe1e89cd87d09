// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import YAML

/// The files in `Tests/Conformance`.
public enum ConformanceFiles {
  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Tests/Conformance"

  /// The content of a file.
  ///
  /// - Throws: ``ReplayError`` if it cannot be read.
  public static func bytes(_ name: String) throws(ReplayError) -> [UInt8] {
    guard let file = fopen("\(folder)/\(name)", "r") else { throw ReplayError("cannot open Tests/Conformance/\(name)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    guard ferror(file) == 0 else { throw ReplayError("cannot read Tests/Conformance/\(name)") }
    return bytes
  }

  /// The entries of a YAML list.
  ///
  /// - Throws: ``ReplayError`` if it cannot be read or is no list.
  public static func list(_ name: String) throws(ReplayError) -> [JSONValue] {
    let value: JSONValue
    do {
      value = try YAMLDecoder.document(try bytes(name))
    } catch let error as ReplayError {
      throw error
    } catch {
      throw ReplayError("Tests/Conformance/\(name): \(error)")
    }
    guard let entries = value.array else { throw ReplayError("Tests/Conformance/\(name) is no list") }
    return entries
  }
}
