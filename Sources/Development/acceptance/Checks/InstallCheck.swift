// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient

/// `config/default` can be applied, and the operator runs with the rights that it grants.
enum InstallCheck {
  static let check = Check("install", "config/default is accepted and the operator leads", isFoundation: true) {
    stage in
    try await Installation(admin: stage.admin, ledger: stage.ledger, settings: stage.settings).apply()
    try await stage.operators.start()
  }
}

/// Nothing of what was installed, applied or made by the operator is left, in any namespace.
enum UninstallCheck {
  static let check = Check("uninstall", "nothing is left in any namespace", isFinal: true) { stage in
    let problems = await CleanUp(stage: stage).run()
    try expect(
      problems.isEmpty, "every object to be gone or as it was", observed: problems.joined(separator: "\n"),
      "GET of every type that discovery lists")
  }
}
