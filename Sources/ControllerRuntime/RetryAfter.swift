// SPDX-License-Identifier: Apache-2.0

import KubernetesClient

extension KubernetesError {
  /// How long the server asked us to wait, if it did.
  var retryAfter: Duration? {
    if case .status(let status) = self { status.retryAfter } else { nil }
  }
}
