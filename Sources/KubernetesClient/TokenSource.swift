// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A bearer token kept from a file that is renewed from outside.
///
/// As client-go does (`k8s.io/client-go/transport/token_source.go`): read again when older than 60 s, kept on if reading
/// fails, dropped when the server refuses it.
struct TokenCache {
  /// After how long the file is read again.
  static let maximumAge = Duration.seconds(60)

  private var token: String?
  private var readAt: ContinuousClock.Instant?

  /// The token to send now.
  mutating func token(
    now: ContinuousClock.Instant, read: () throws(FileProblem) -> [UInt8]
  ) throws(FileProblem) -> String {
    if let token, let readAt, now - readAt < Self.maximumAge { return token }
    do throws(FileProblem) {
      let text = String(decoding: try read(), as: UTF8.self).split(whereSeparator: \.isWhitespace).first
      guard let text else { throw FileProblem(cause: "the file is empty") }
      let fresh = String(text)
      token = fresh
      readAt = now
      return fresh
    } catch {
      guard let token else { throw error }
      return token
    }
  }

  /// Forgets the token: the server does not accept it.
  mutating func drop() {
    token = nil
    readAt = nil
  }
}

/// What to put into `Authorization`.
final class TokenSource: Sendable {
  private let credentials: ClusterConfiguration.Credentials
  private let cache = Mutex(TokenCache())
  private let read: FileReader
  private let now: @Sendable () -> ContinuousClock.Instant

  init(
    _ credentials: ClusterConfiguration.Credentials, read: @escaping FileReader = SystemFile.read,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.credentials = credentials
    self.read = read
    self.now = now
  }

  /// The header's value, or nil for none.
  func authorization() throws(KubernetesError) -> String? {
    switch credentials {
    case .none: return nil
    case .token(let token): return "Bearer \(token)"
    case .basic(let user, let password): return "Basic " + Base64.encode("\(user):\(password)".utf8)
    case .tokenFile(let path):
      let result: Result<String, FileProblem> = cache.withLock { cache in
        Result { () throws(FileProblem) in
          try cache.token(now: now()) { () throws(FileProblem) in try read(path) }
        }
      }
      switch result {
      case .success(let token): return "Bearer \(token)"
      case .failure(let problem): throw .credentials("token file \(path): \(problem.cause)")
      }
    }
  }

  /// Drops what is cached; says whether another try can do better.
  func refused() -> Bool {
    guard case .tokenFile = credentials else { return false }
    cache.withLock { $0.drop() }
    return true
  }
}
