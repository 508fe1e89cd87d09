// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// What was read from files that are renewed from outside.
///
/// It is read again in time, and kept on if that fails: a moment without the file, as when the kubelet swaps a volume,
/// breaks nothing.
struct RenewedFile<Value: Sendable>: Sendable {
  private let maximumAge: Duration
  private var value: Value?
  private var readAt: ContinuousClock.Instant?
  /// Counts what was read, so that one can say which of it was refused.
  private(set) var generation = 0

  /// - Parameters:
  ///   - period: how long what was read is good for.
  ///   - leeway: how long before that it is read again.
  init(period: Duration, leeway: Duration = .zero) {
    maximumAge = period - leeway
  }

  /// The value to use now.
  ///
  /// - Throws: ``FileProblem`` if it cannot be loaded and never could since ``drop(generation:)``.
  mutating func value(
    now: ContinuousClock.Instant, load: () throws(FileProblem) -> Value
  ) throws(FileProblem) -> Value {
    if let value, let readAt, now - readAt < maximumAge { return value }
    do throws(FileProblem) {
      let fresh = try load()
      value = fresh
      readAt = now
      generation += 1
      return fresh
    } catch {
      guard let value else { throw error }
      return value
    }
  }

  /// Forgets the value of that generation, which the server does not accept. A later one stays: many requests may be
  /// refused for the same old value.
  mutating func drop(generation: Int) {
    guard generation == self.generation else { return }
    value = nil
    readAt = nil
  }
}

extension RenewedFile<String> {
  /// A bearer token: as in client-go (`k8s.io/client-go/transport/token_source.go`), good for 60 s and read again 10 s
  /// before.
  static var token: RenewedFile { RenewedFile(period: .seconds(60), leeway: .seconds(10)) }

  /// The token that a file's bytes hold.
  static func token(_ bytes: [UInt8]) throws(FileProblem) -> String {
    guard let token = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first else {
      throw FileProblem(cause: "the file is empty")
    }
    guard Header.isToken(String(token)) else {
      throw FileProblem(cause: "not a token: a control character or a letter that is not ASCII is in it")
    }
    return String(token)
  }
}

extension RenewedFile<[UInt8]> {
  /// Certificate authorities: as in client-go (`k8s.io/client-go/transport/ca_rotation.go`), read again after 5 min.
  static var authorities: RenewedFile { RenewedFile(period: .seconds(300)) }

  /// The certificates that a file's bytes hold.
  static func authorities(_ bytes: [UInt8]) throws(FileProblem) -> [UInt8] {
    guard PEM.hasCertificate(bytes) else { throw FileProblem(cause: "not a PEM certificate") }
    return bytes
  }
}

extension RenewedFile<KeyPair> {
  /// A client certificate and its key: as in client-go (`k8s.io/client-go/transport/cert_rotation.go`), read again after
  /// 5 min.
  static var keyPair: RenewedFile { RenewedFile(period: .seconds(300)) }
}

/// A client certificate and its private key, as PEM.
struct KeyPair: Hashable {
  let certificate: [UInt8]
  let key: [UInt8]
}

extension KeyPair {
  /// - Throws: ``FileProblem`` also if the files were swapped meanwhile, for the key of one certificate must not be taken
  ///   with another.
  init(_ files: ClusterConfiguration.KeyPairFiles, _ read: FileReader) throws(FileProblem) {
    certificate = try read(files.certificate)
    key = try read(files.key)
    guard PEM.hasCertificate(certificate) else { throw FileProblem(cause: "not a PEM certificate") }
    guard PEM.hasPrivateKey(key) else { throw FileProblem(cause: "not a PEM private key") }
    guard try read(files.certificate) == certificate else { throw FileProblem(cause: "is being renewed") }
  }
}
