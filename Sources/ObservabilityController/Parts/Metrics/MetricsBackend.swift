// SPDX-License-Identifier: Apache-2.0

import Backends
import HTTPTransport
import Logging
import ObservabilityAPI
import Rendering

/// The metrics storage of one object, with everything that is needed to ask it.
struct MetricsBackend: LoggedBackend {
  static let name = "metrics"

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

extension MetricsBackend {
  var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = ["from": "\(source)"]
    if let writeURL { metadata["write"] = "\(writeURL)" }
    if let readURL { metadata["read"] = "\(readURL)" }
    return metadata
  }

  /// Where to ask whether writing works: with Scrape the platform's vmagent writes, and to where it is told, so that only
  /// reading is ours to check.
  func askedWriteURL(_ spec: ObservabilitySpec) -> String? {
    spec.metrics.delivery == .scrape && readURL != nil ? nil : writeURL
  }
}

/// Whether a metrics backend takes and gives metrics.
struct MetricsQuestion: BackendQuestion {
  private var writeURL: String?
  private var readURL: String?
  private var credentials: Credentials?
  private var certificateAuthorities: [UInt8]?

  init(_ backend: MetricsBackend, _ spec: ObservabilitySpec) {
    writeURL = backend.askedWriteURL(spec)
    readURL = backend.readURL
    credentials = backend.credentials
    certificateAuthorities = backend.certificateAuthorities
  }

  static func isGood(_ answer: BackendVerdict) -> Bool { answer.isReady }

  /// Asks over HTTP; the check bounds its time.
  func ask(_ transport: any HTTPTransport) async -> BackendVerdict {
    await VictoriaMetricsCheck(transport: transport).run(
      writeURL: writeURL, readURL: readURL,
      credentials: credentials.map {
        (URLSafeCredential.decoded($0.username), URLSafeCredential.decoded($0.password))
      },
      ca: certificateAuthorities)
  }
}
