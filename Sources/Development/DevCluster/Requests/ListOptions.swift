// SPDX-License-Identifier: Apache-2.0

import JSON

/// Which options of a list or a watch go together.
///
/// After `apimachinery/pkg/apis/meta/internalversion/validation.ValidateListOptions`, with the feature WatchList on.
enum ListOptions {
  /// - Throws: 422 for options that do not go together.
  static func check(_ request: APIRequest, isWatch: Bool) throws(APIStatus) {
    let failures = isWatch ? watchFailures(request) : listFailures(request)
    guard !failures.isEmpty else { return }
    throw .invalid("", group: "meta.k8s.io", kind: "ListOptions", failures)
  }

  private static let field = "resourceVersionMatch"

  private static func listFailures(_ request: APIRequest) -> [FieldFailure] {
    var failures: [FieldFailure] = []
    let version = request.parameter("resourceVersion") ?? ""
    if let match = given(request) {
      if version.isEmpty {
        failures.append(.forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
      }
      if isContinued(request) {
        failures.append(.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
      }
      if !["Exact", "NotOlderThan"].contains(match) {
        failures.append(.notSupported(field, .string(match), ["Exact", "NotOlderThan", ""]))
      }
      if match == "Exact", version == "0" {
        failures.append(.forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""))
      }
    }
    if request.parameter("sendInitialEvents") != nil {
      failures.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    }
    return failures
  }

  private static func watchFailures(_ request: APIRequest) -> [FieldFailure] {
    var failures: [FieldFailure] = []
    let sendsInitialEvents = request.parameter("sendInitialEvents") != nil
    let match = given(request)
    if sendsInitialEvents, match != "NotOlderThan" {
      failures.append(.forbidden(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
    }
    guard let match else { return failures }
    if !sendsInitialEvents {
      failures.append(
        .forbidden(field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
    }
    if match != "NotOlderThan" { failures.append(.notSupported(field, .string(match), ["NotOlderThan"])) }
    if isContinued(request) {
      failures.append(.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
    }
    return failures
  }

  private static func given(_ request: APIRequest) -> String? {
    request.parameter(field).flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func isContinued(_ request: APIRequest) -> Bool { request.parameter("continue") ?? "" != "" }
}
