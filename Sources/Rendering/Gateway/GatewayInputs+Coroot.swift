// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

extension GatewayInputs {
  /// The inputs with mode `Full`: traces and logs go to the object's own Coroot server.
  ///
  /// Nil if the key cannot be the value of a header.
  ///
  /// - Parameters:
  ///   - namespace: the namespace of the children, `spec.namespace`.
  ///   - key: the API key of the object's project, ``CorootShape/projectKey``.
  public init?(
    corootOf object: String, namespace: String, key: SecretText, secretsHash: String? = nil,
    operatorNamespace: String? = nil
  ) {
    guard let base = try? HTTPURL(CorootShape.ingestURL(of: object, namespace: namespace)),
      let header = GatewayHeader(name: "X-Api-Key", value: key)
    else { return nil }
    self.init(
      traces: Destination(.coroot(base), headers: [header]), logs: Destination(.coroot(base), headers: [header]),
      secretsHash: secretsHash, operatorNamespace: operatorNamespace)
  }
}
