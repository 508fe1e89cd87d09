// SPDX-License-Identifier: Apache-2.0

import Rendering

/// The metrics storage of one object, with everything that is needed to ask it.
struct MetricsBackend: Hashable, Sendable {
  /// Where agents write, in full, without credentials; nil if only reading is set up.
  var writeURL: String?
  /// The base of the query API, without credentials; nil if it is not known.
  var readURL: String?
  /// Where this was taken from: `tenant-root/shortterm`, or the name of a field.
  var source: String
  /// Where packets of a write go, as far as the cluster told; nil leaves it to the URL.
  var destination: PlatformFacts.Destination?
  var credentials: Credentials?
  /// The contents of the Secret with the certificate authorities, as PEM.
  var certificateAuthorities: [UInt8]?
  /// Change when the contents of the Secrets do; they stand in the pod template.
  var credentialsHash: String?
  var certificateAuthoritiesHash: String?
}

/// A user name and password. Prints as nothing, so that it cannot leak by way of a log line.
struct Credentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  var username: String
  var password: String

  var description: String { "(redacted)" }
  var customMirror: Mirror { Mirror(self, children: [:]) }
}
