// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder that only its owner can read; gone with its files when the value goes.
public final class TemporaryFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// - Throws: ``SystemError``.
  public init() throws {
    var template = Array("/tmp/observability-operator-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp", errno) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// Removes a file, or a folder with all that is in it.
  private static func remove(_ path: String) {
    guard unlink(path) != 0 else { return }
    if let entries = opendir(path) {
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { remove("\(path)/\(name)") }
      }
      closedir(entries)
    }
    rmdir(path)
  }

  /// Writes a file that only its owner can read, and returns its path.
  ///
  /// - Throws: ``SystemError``.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError(file, errno) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw SystemError(file, errno) }
      rest = rest.dropFirst(count)
    }
    return file
  }
}
