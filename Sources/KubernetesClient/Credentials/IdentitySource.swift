// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesCore
import Synchronization

/// Who we are and whom we trust, in one request.
struct Identity: Hashable, Sendable {
  /// `Authorization` and `Impersonate-*`.
  var headers: [HTTPField] = []
  var tls: TLSOptions
  /// Which credential that is, of those that get renewed.
  var generation = 0
  /// Whether certificates were renewed since the request before: connections made with the old ones are of no more use.
  var hasRenewedTLS = false
}

/// Who we are and whom we trust, as of now: files that are renewed from outside are read again in time, plugins asked
/// again.
final class IdentitySource: Sendable {
  private struct Files: Sendable {
    var lastTLS: TLSOptions?
    var token = RenewedFile<String>.token
    var authorities = RenewedFile<[UInt8]>.authorities
    var keyPair = RenewedFile<KeyPair>.keyPair
  }

  let configuration: ClusterConfiguration
  private let files = Mutex(Files())
  private let plugin: CredentialSource?
  private let read: FileReader
  private let now: @Sendable () -> ContinuousClock.Instant

  init(
    _ configuration: ClusterConfiguration, read: @escaping FileReader = SystemFile.read,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    run: @escaping CredentialSource.Runner = PluginRun.run
  ) {
    self.configuration = configuration
    self.read = read
    self.now = now
    if case .plugin(let plugin) = configuration.credentials {
      self.plugin = CredentialSource(plugin, run: run)
    } else {
      plugin = nil
    }
  }

  /// What a request is to carry.
  func current() async throws(KubernetesError) -> Identity {
    var identity = Identity(tls: tls())
    switch configuration.credentials {
    case .none: break
    case .token(let token): identity.authorize("Bearer \(token)")
    case .basic(let user, let password):
      identity.authorize("Basic " + Base64.encode("\(user):\(password)".utf8))
    case .tokenFile(let path):
      let (token, generation) = try token(path)
      identity.authorize("Bearer \(token)")
      identity.generation = generation
    case .plugin: try await add(plugin, to: &identity)
    }
    identity.hasRenewedTLS = files.withLock { [tls = identity.tls] files in
      defer { files.lastTLS = tls }
      return files.lastTLS.map { $0 != tls } ?? false
    }
    identity.headers += configuration.impersonation?.headers ?? []
    return identity
  }

  /// The server does not accept the credential; says whether another try can do better.
  func refused(_ identity: Identity) async -> Bool {
    switch configuration.credentials {
    case .none, .token, .basic: return false
    case .tokenFile: files.withLock { $0.token.drop(generation: identity.generation) }
    case .plugin: await plugin?.refused(generation: identity.generation)
    }
    return true
  }

  /// How TLS is done. A connection is used again only for the same options, so renewed certificates lead to new
  /// connections by themselves.
  private func tls() -> TLSOptions {
    var tls = configuration.tls
    files.withLock { files in
      // What was read at the start stays if a file cannot be read now.
      if let path = configuration.certificateAuthorityFile {
        let fresh = try? files.authorities.value(now: now()) { () throws(FileProblem) in
          try RenewedFile.authorities(read(path))
        }
        tls.certificateAuthorities = fresh ?? tls.certificateAuthorities
      }
      if let paths = configuration.clientCertificateFiles {
        let fresh = try? files.keyPair.value(now: now()) { () throws(FileProblem) in try KeyPair(paths, read) }
        if let fresh { tls.use(fresh) }
      }
    }
    return tls
  }

  private func token(_ path: String) throws(KubernetesError) -> (String, generation: Int) {
    let result: Result<(String, generation: Int), FileProblem> = files.withLock { files in
      Result { () throws(FileProblem) in
        let token = try files.token.value(now: now()) { () throws(FileProblem) in
          try RenewedFile.token(read(path))
        }
        return (token, files.token.generation)
      }
    }
    do throws(FileProblem) {
      return try result.get()
    } catch {
      throw .credentials("token file \(path): \(error.cause)")
    }
  }

  private func add(_ plugin: CredentialSource?, to identity: inout Identity) async throws(KubernetesError) {
    guard let plugin else { return }
    do throws(PluginFailure) {
      let issued = try await plugin.credential()
      if let token = issued.credential.token { identity.authorize("Bearer \(token)") }
      if let keyPair = issued.credential.keyPair { identity.tls.use(keyPair) }
      identity.generation = issued.generation
    } catch {
      switch error {
      case .failed(let cause): throw .credentials(cause)
      case .cancelled:
        throw .transport(
          TransportError(
            kind: .cancelled, phase: .connect, host: Exchange.host(configuration.server),
            cause: "cancelled while waiting for credentials"))
      }
    }
  }
}

extension Identity {
  fileprivate mutating func authorize(_ value: String) { headers.append(HTTPField("Authorization", value)) }
}

extension TLSOptions {
  fileprivate mutating func use(_ keyPair: KeyPair) {
    clientCertificate = keyPair.certificate
    clientKey = keyPair.key
  }
}
