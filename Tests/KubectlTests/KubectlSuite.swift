// SPDX-License-Identifier: Apache-2.0

import Testing

/// What a stock kubectl of the system's packages makes of the API server. The suites in it are sessions: each has a
/// cluster of its own.
@Suite(
  "A stock kubectl", .enabled(if: Kubectl.binary != nil || Kubectl.isRequired, Kubectl.advice),
  .timeLimit(.minutes(3)))
struct KubectlSuite {}
