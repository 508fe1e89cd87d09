// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Synchronization

/// Who we are and whom we trust, as of now: files that are renewed from outside are read again in time.
final class IdentitySource: Sendable {
  private struct Files: Sendable {
    var token = RenewedFile<String>.token
    var authorities = RenewedFile<[UInt8]>.authorities
  }

  private let configuration: ClusterConfiguration
  private let files = Mutex(Files())
  private let read: FileReader
  private let now: @Sendable () -> ContinuousClock.Instant

  init(
    _ configuration: ClusterConfiguration, read: @escaping FileReader = SystemFile.read,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.configuration = configuration
    self.read = read
    self.now = now
  }

  /// What to put into `Authorization`, or nil for nothing.
  func authorization() throws(KubernetesError) -> String? {
    switch configuration.credentials {
    case .none: return nil
    case .token(let token): return "Bearer \(token)"
    case .basic(let user, let password): return "Basic " + Base64.encode("\(user):\(password)".utf8)
    case .tokenFile(let path):
      let result: Result<String, FileProblem> = files.withLock { files in
        Result { () throws(FileProblem) in
          try files.token.value(now: now()) { () throws(FileProblem) in try read(path) }
        }
      }
      switch result {
      case .success(let token): return "Bearer \(token)"
      case .failure(let problem): throw .credentials("token file \(path): \(problem.cause)")
      }
    }
  }

  /// How TLS is done. libcurl uses a connection again only for the same certificate authorities, so renewed ones lead to
  /// new connections by themselves.
  func tls() -> TLSOptions {
    var tls = configuration.tls
    guard let path = configuration.certificateAuthorityFile else { return tls }
    files.withLock { files in
      // What was read at the start stays if the file cannot be read now.
      let fresh = try? files.authorities.value(now: now()) { () throws(FileProblem) in try read(path) }
      if let fresh { tls.certificateAuthorities = fresh }
    }
    return tls
  }

  /// Drops the token that is cached; says whether another try can do better.
  func refused() -> Bool {
    guard case .tokenFile = configuration.credentials else { return false }
    files.withLock { $0.token.drop() }
    return true
  }
}
