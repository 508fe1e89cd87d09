// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// The requests of a check: reads, and the one review. Nothing here can change anything.
struct ClusterReader: Sendable {
  /// How many reviews are under way at once.
  private static let width = 8
  /// What is large, and nothing is decided by.
  private static let kept = JSONProjection.dropping([["metadata", "managedFields"], ["status", "images"]])

  private let client: KubernetesClient

  init(_ client: KubernetesClient) { self.client = client }

  /// The version of the API server, as `v1.34.1`.
  func version() async -> Reading<String> {
    await Reading(right: "get the path /version") { () async throws(KubernetesError) in
      let bytes = try await client.raw("GET", "/version")
      guard let text = (try? JSONParser.parse(bytes))?["gitVersion"]?.string else {
        throw .malformed("/version has no gitVersion")
      }
      return text
    }
  }

  /// The schema that the server publishes of a type; nil if it serves none.
  func schema(of type: ResourceType) async -> Reading<JSONValue?> {
    await Reading(right: "get the path /openapi/v3") { () async throws(KubernetesError) in
      try await client.schema(of: type)
    }
  }

  /// Whether the server serves a type.
  func serves(_ type: ResourceType) async -> Reading<Bool> {
    await Reading(right: "get the path \(type.versionPath)") { () async throws(KubernetesError) in
      try await client.serves(type)
    }
  }

  /// One object; nil if it does not exist.
  func get(_ type: ResourceType, _ key: ObjectKey) async -> Reading<KubernetesObject?> {
    await Reading(right: Self.right("get", type, key.namespace)) { () async throws(KubernetesError) in
      do throws(KubernetesError) {
        return try await client.get(type, key)
      } catch {
        guard error.isNotFound else { throw error }
        return nil
      }
    }
  }

  /// Objects of a type, sorted by namespace and name.
  func list(
    _ type: ResourceType, namespace: String? = nil, labels: String? = nil
  ) async -> Reading<[KubernetesObject]> {
    await Reading(right: Self.right("list", type, namespace)) { () async throws(KubernetesError) in
      let query = ListQuery(namespace: namespace, labelSelector: labels, projection: Self.kept)
      return try await client.listAll(type, query).items.sorted { $0.key < $1.key }
    }
  }

  /// Whether an account may do these things. The first question goes alone, so that a caller without the right to ask costs
  /// one request.
  func ask(_ questions: [RightQuestion], about account: ObjectKey) async -> Reading<[RightAnswer]> {
    let right = Self.right("create", .subjectAccessReviews, nil)
    guard let first = questions.first else { return .read([]) }
    let reading = await Reading(right: right) { () async throws(KubernetesError) in
      [0: try await answer(first, account)]
    }
    guard case .read(var answers) = reading else { return reading.map { _ in [] } }
    let rest = Array(questions.enumerated().dropFirst())
    for start in stride(from: 0, to: rest.count, by: Self.width) {
      let batch = rest[start..<min(start + Self.width, rest.count)]
      let found = await withTaskGroup(of: (Int, Reading<Bool>).self) { group in
        for (index, question) in batch {
          group.addTask {
            let reading = await Reading(right: right) { () async throws(KubernetesError) in
              try await answer(question, account)
            }
            return (index, reading)
          }
        }
        return await group.reduce(into: [Int: Reading<Bool>]()) { $0[$1.0] = $1.1 }
      }
      for (index, reading) in found {
        guard let value = reading.value else { return reading.map { _ in [] } }
        answers[index] = value
      }
    }
    return .read(questions.indices.map { RightAnswer(questions[$0], isAllowed: answers[$0] ?? false) })
  }

  private func answer(_ question: RightQuestion, _ account: ObjectKey) async throws(KubernetesError) -> Bool {
    let review = try await client.create(.subjectAccessReviews, question.review(of: account), WriteOptions())
    guard let isAllowed = review[path: "status", "allowed"]?.bool else {
      throw .malformed("a SubjectAccessReview came back without status.allowed")
    }
    return isAllowed
  }

  private static func right(_ verb: String, _ type: ResourceType, _ namespace: String?) -> String {
    "\(verb) \(type)" + (namespace.map { " in namespace \($0)" } ?? "")
  }
}

extension Reading {
  /// The reading of what follows from the answer.
  func map<Other>(_ change: (Value) -> Other) -> Reading<Other> {
    switch self {
    case .read(let value): .read(change(value))
    case .forbidden(let right): .forbidden(right: right)
    case .failed(let cause): .failed(cause)
    case .notRead: .notRead
    }
  }
}
