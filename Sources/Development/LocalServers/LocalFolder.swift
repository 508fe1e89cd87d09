// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder of a test's own, below `TMPDIR`.
public struct LocalFolder: Sendable {
  /// The path.
  public let path: String

  /// Makes the folder.
  public init() throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array("\(parent)/local-server-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else {
      throw LocalProgram.Failure(description: "\(parent): \(String(cString: strerror(errno)))")
    }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Writes a file and returns its path.
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let target = "\(path)/\(name)"
    guard let file = fopen(target, "w") else {
      throw LocalProgram.Failure(description: "\(target): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      throw LocalProgram.Failure(description: "\(target): \(String(cString: strerror(errno)))")
    }
    return target
  }

  /// The content of a file.
  public static func text(of path: String) throws -> String {
    guard let file = fopen(path, "r") else {
      throw LocalProgram.Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { content += buffer[..<count] }
    return String(decoding: content, as: UTF8.self)
  }

  /// Removes the folder with all that is in it.
  public func remove() { Self.remove(path) }

  private static func remove(_ path: String) {
    if let entries = opendir(path) {
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { remove("\(path)/\(name)") }
      }
      closedir(entries)
    }
    Glibc.remove(path)
  }
}
