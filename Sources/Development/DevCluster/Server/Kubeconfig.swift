// SPDX-License-Identifier: Apache-2.0

/// The kubeconfig by which clients find a server.
public struct Kubeconfig: Sendable {
  /// The server's URL.
  public var server: String
  /// The bearer token.
  public var token: String

  /// A kubeconfig with one context, `devcluster`.
  public init(server: String, token: String) {
    self.server = server
    self.token = token
  }

  /// The text of the file. It holds a secret: write it so that only its owner reads it.
  public var text: String {
    """
    apiVersion: v1
    kind: Config
    current-context: devcluster
    clusters:
      - name: devcluster
        cluster:
          server: \(server)
    contexts:
      - name: devcluster
        context:
          cluster: devcluster
          user: admin
          namespace: default
    users:
      - name: admin
        user:
          token: \(token)

    """
  }
}
