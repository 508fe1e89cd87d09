// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Recorded writes give the same objects, owners and messages")
struct ReplayTests {
  @Test("apply")
  func apply() throws {
    var server = ReplayedServer()
    let definition = try #require(try Recording.load("update").first)
    try server.register(definition.body)
    try replay(try Recording.load("apply"), on: &server)
  }

  @Test("create, update and patch")
  func update() throws {
    var server = ReplayedServer()
    try replay(try Recording.load("update"), on: &server)
  }

  private func replay(_ recordings: [Recording], on server: inout ReplayedServer) throws {
    for recording in recordings {
      let comment = Comment(rawValue: recording.step)
      let answer = try server.answer(recording)
      let status = recording.answer
      switch answer {
      case .object(let object, let unknown, let isUnchanged):
        let isStrict = recording.target.query["fieldValidation"] == "Strict"
        if isStrict, !unknown.isEmpty {
          let list = unknown.map { "unknown field \"\($0)\"" }.joined(separator: ", ")
          #expect(status["message"]?.string?.hasSuffix("strict decoding error: \(list)") == true, comment)
          continue
        }
        try #require(recording.status < 300, comment)
        #expect(Self.comparable(object) == Self.comparable(status), comment)
        #expect(Self.owners(object) == Self.owners(status), comment)
        #expect(unknown.isEmpty == (recording.warning == nil), comment)
        for field in unknown { #expect(recording.warning?.contains(field) == true, comment) }
        if recording.step.contains("again") || recording.step.contains("no change") { #expect(isUnchanged, comment) }
      case .invalid(let failures):
        #expect(recording.status == 422, comment)
        #expect(status["message"]?.string?.hasSuffix(" is invalid: \(failures.summary)") == true, comment)
        let causes = failures.map { failure -> JSONValue in
          [
            "reason": .string(failure.reason.rawValue), "message": .string(failure.message),
            "field": .string(failure.field),
          ]
        }
        #expect(status[path: "details", "causes"] == .array(causes), comment)
      case .undecodable(let problem):
        #expect(recording.status == 400, comment)
        #expect(status["message"]?.string?.hasSuffix(": \(problem)") == true, comment)
      case .refused(.untyped(let message)):
        #expect(recording.status == 500, comment)
        #expect(status["message"] == .string(message), comment)
      case .refused(.conflict(let conflict)):
        #expect(recording.status == 409, comment)
        #expect(status["message"] == .string(conflict.message), comment)
        let causes = conflict.causes.map { cause -> JSONValue in
          ["reason": "FieldManagerConflict", "message": .string(cause.message), "field": .string(cause.field)]
        }
        #expect(status[path: "details", "causes"] == .array(causes), comment)
      }
    }
  }

  /// The object without what another part of a server sets: identity, counters, addresses, admission and status.
  private static func comparable(_ object: JSONValue) -> JSONValue {
    var result = object
    for name in ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"] {
      result["metadata"]?[name] = nil
    }
    if result[path: "metadata", "annotations", "deprecated.daemonset.template.generation"] != nil {
      result["metadata"]?["annotations"] = nil
    }
    switch result["kind"]?.string {
    case "Service":
      for name in ["clusterIP", "clusterIPs"] { result["spec"]?[name] = nil }
    case "Node": result["spec"] = nil
    case "CustomResourceDefinition": result["status"] = nil
    default: break
    }
    return result
  }

  /// The entries of `managedFields` without their times. Their order depends on times, which were all one second.
  private static func owners(_ object: JSONValue) -> Set<JSONValue> {
    let entries = object[path: "metadata", "managedFields"]?.array ?? []
    return Set(
      entries.map { entry in
        var entry = entry
        entry["time"] = nil
        return entry
      })
  }
}
