// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Gzip (RFC 1952) by the system's zlib.
public enum Gzip {
  /// Why zlib did not do what it was asked for.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The function of zlib, and what it returned.
    public let description: String

    init(_ function: String, _ code: Int32) { description = "\(function) of zlib returned \(code)" }
  }

  private static let level: Int32 = 9
  /// The most memory for its tables; the bytes depend on it.
  private static let memory: Int32 = 9
  /// Where a gzip header names the operating system (RFC 1952, 2.3), and the value for none.
  private static let system = (offset: 9, unknown: UInt8(255))

  /// Returns the bytes as one gzip member of the highest level, without a time, a name or an operating system: the same
  /// bytes and the same zlib give the same result.
  ///
  /// - Throws: ``Failure`` if there is not enough memory, or the system's zlib is another than the one compiled for.
  public static func compress(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
    var stream = z_stream()
    let begun = czlib_deflate_init(&stream, level, memory)
    guard begun == Z_OK else { throw Failure("deflateInit2", begun) }
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(bytes.count))))
    let ended = run(&stream, bytes, &output) { deflate(&$0, Z_FINISH) }
    guard ended == Z_STREAM_END else { throw Failure("deflate", ended) }
    output.removeLast(output.count - Int(stream.total_out))
    output[system.offset] = system.unknown
    return output
  }

  /// Returns what a gzip member holds.
  ///
  /// - Parameter limit: the most bytes that are returned.
  /// - Throws: ``Failure`` if it is none, is damaged or incomplete, or holds more.
  public static func decompress(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var stream = z_stream()
    let begun = czlib_inflate_init(&stream)
    guard begun == Z_OK else { throw Failure("inflateInit2", begun) }
    defer { inflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: limit)
    let ended = run(&stream, bytes, &output) { inflate(&$0, Z_FINISH) }
    guard ended == Z_STREAM_END else { throw Failure("inflate", ended) }
    output.removeLast(output.count - Int(stream.total_out))
    return output
  }

  /// Runs a step over all input and the whole room for output. zlib does not write to its input.
  private static func run(
    _ stream: inout z_stream, _ bytes: [UInt8], _ output: inout [UInt8], _ step: (inout z_stream) -> Int32
  ) -> Int32 {
    bytes.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = uInt(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = uInt(output.count)
        return step(&stream)
      }
    }
  }
}
