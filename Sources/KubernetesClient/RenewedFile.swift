// SPDX-License-Identifier: Apache-2.0

/// What was read from a file that is renewed from outside.
///
/// It is read again when older than its maximum age, and kept on if that fails: a moment without the file, as when the
/// kubelet swaps a volume, breaks nothing.
struct RenewedFile<Value: Sendable>: Sendable {
  private let maximumAge: Duration
  private let parse: @Sendable ([UInt8]) throws(FileProblem) -> Value
  private var value: Value?
  private var readAt: ContinuousClock.Instant?

  init(maximumAge: Duration, parse: @escaping @Sendable ([UInt8]) throws(FileProblem) -> Value) {
    self.maximumAge = maximumAge
    self.parse = parse
  }

  /// The value to use now.
  ///
  /// - Throws: ``FileProblem`` if the file cannot be read and never could since ``drop()``.
  mutating func value(
    now: ContinuousClock.Instant, read: () throws(FileProblem) -> [UInt8]
  ) throws(FileProblem) -> Value {
    if let value, let readAt, now - readAt < maximumAge { return value }
    do throws(FileProblem) {
      let fresh = try parse(try read())
      value = fresh
      readAt = now
      return fresh
    } catch {
      guard let value else { throw error }
      return value
    }
  }

  /// Forgets the value: the server does not accept it.
  mutating func drop() {
    value = nil
    readAt = nil
  }
}

extension RenewedFile<String> {
  /// A bearer token: as in client-go (`k8s.io/client-go/transport/token_source.go`), read again after 60 s.
  static var token: RenewedFile {
    RenewedFile(maximumAge: .seconds(60)) { bytes throws(FileProblem) in
      guard let token = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first else {
        throw FileProblem(cause: "the file is empty")
      }
      return String(token)
    }
  }
}

extension RenewedFile<[UInt8]> {
  /// Certificate authorities: as in client-go (`k8s.io/client-go/transport/ca_rotation.go`), read again after 5 min.
  static var authorities: RenewedFile {
    RenewedFile(maximumAge: .seconds(300)) { bytes throws(FileProblem) in
      guard PEM.hasCertificate(bytes) else { throw FileProblem(cause: "not a PEM certificate") }
      return bytes
    }
  }
}
