// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Testing

@testable import KubernetesClient

@Suite struct RequestTests {
  private static let key = ObjectKey(namespace: "cozy", name: "agent")
  private static let object = KubernetesObject(type: .daemonSets, namespace: "cozy", name: "agent")
  private static let path = "/apis/apps/v1/namespaces/cozy/daemonsets"

  private func line(_ request: APIRequest) -> String { "\(request.method) \(request.target)" }

  @Test func reads() throws {
    #expect(try line(.get(.daemonSets, Self.key)) == "GET \(Self.path)/agent")
    #expect(try line(.get(.nodes, ObjectKey(name: "n/1 %"))) == "GET /api/v1/nodes/n%2F1%20%25")
    #expect(try line(.list(.nodes, ListQuery())) == "GET /api/v1/nodes")
    let query = ListQuery(
      namespace: "cozy", labelSelector: "a=b,c in (d,e)", fieldSelector: "metadata.name=x", limit: 100,
      continueToken: "t+/=", resourceVersion: "0")
    #expect(
      try line(.list(.pods, query)) == "GET /api/v1/namespaces/cozy/pods?labelSelector=a%3Db%2Cc%20in%20%28d%2Ce%29"
        + "&fieldSelector=metadata.name%3Dx&limit=100&continue=t%2B%2F%3D&resourceVersion=0")
  }

  @Test func watches() throws {
    #expect(
      try line(.watch(.pods, WatchQuery(resourceVersion: "7", timeoutSeconds: 290)))
        == "GET /api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=290")
    #expect(
      try line(.watch(.pods, WatchQuery(namespace: "a", labelSelector: "x", sendInitialEvents: true)))
        == "GET /api/v1/namespaces/a/pods?watch=true&allowWatchBookmarks=true&labelSelector=x"
        + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=300")
  }

  @Test func apply() throws {
    let options = ApplyOptions(fieldManager: "o p", force: true, dryRun: true)
    let request = try APIRequest.apply(.daemonSets, Self.object, options, .strict)
    #expect(
      line(request)
        == "PATCH \(Self.path)/agent?fieldManager=o%20p&force=true&fieldValidation=Strict&dryRun=All")
    #expect(request.contentType == "application/apply-patch+yaml")
    #expect(
      String(decoding: request.body ?? [], as: UTF8.self)
        == #"{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"agent","namespace":"cozy"}}"#)
    #expect(request.isIdempotent)
    let status = try APIRequest.apply(
      .daemonSets, Self.object, ApplyOptions(fieldManager: "o", subresource: "status"), nil)
    #expect(line(status) == "PATCH \(Self.path)/agent/status?fieldManager=o")
  }

  @Test func patches() throws {
    let merge = try APIRequest.patch(.daemonSets, Self.key, .merge(["a": nil]), WriteOptions(fieldManager: "o"), .warn)
    #expect(line(merge) == "PATCH \(Self.path)/agent?fieldManager=o&fieldValidation=Warn")
    #expect(merge.contentType == "application/merge-patch+json")
    #expect(merge.body == Array(#"{"a":null}"#.utf8))
    #expect(!merge.isIdempotent)
    let json = try APIRequest.patch(
      .daemonSets, Self.key, .json([["op": "remove", "path": "/a"]]), WriteOptions(subresource: "status"), nil)
    #expect(line(json) == "PATCH \(Self.path)/agent/status")
    #expect(json.contentType == "application/json-patch+json")
    #expect(json.body == Array(#"[{"op":"remove","path":"/a"}]"#.utf8))
  }

  @Test func createsAndReplaces() throws {
    let create = try APIRequest.create(.daemonSets, Self.object, WriteOptions(), .strict)
    #expect(line(create) == "POST \(Self.path)?fieldValidation=Strict")
    #expect(create.contentType == "application/json")
    let replace = try APIRequest.replace(.daemonSets, Self.object, WriteOptions(subresource: "status"), nil)
    #expect(line(replace) == "PUT \(Self.path)/agent/status")
    var generated = KubernetesObject(["metadata": ["namespace": "cozy", "generateName": "a-"]])
    generated["kind"] = "Event"
    #expect(
      try line(.create(.events, generated, WriteOptions(), nil)) == "POST /apis/events.k8s.io/v1/namespaces/cozy/events"
    )
  }

  @Test func deletes() throws {
    let request = try APIRequest.delete(
      .daemonSets, Self.key, DeleteOptions(uid: "u", resourceVersion: "3", propagation: .foreground))
    #expect(line(request) == "DELETE \(Self.path)/agent")
    #expect(request.isIdempotent)
    #expect(
      String(decoding: request.body ?? [], as: UTF8.self)
        == #"{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"resourceVersion":"3","uid":"u"},"#
        + #""propagationPolicy":"Foreground"}"#)
    #expect(try !APIRequest.delete(.daemonSets, Self.key, DeleteOptions()).isIdempotent)
  }

  @Test func dryRuns() throws {
    let options = WriteOptions(fieldManager: "o", dryRun: true)
    let create = try APIRequest.create(.daemonSets, Self.object, options, .strict)
    #expect(line(create) == "POST \(Self.path)?fieldManager=o&fieldValidation=Strict&dryRun=All")
    #expect(try line(.replace(.daemonSets, Self.object, options, nil)).hasSuffix("?fieldManager=o&dryRun=All"))
    #expect(try line(.patch(.daemonSets, Self.key, .merge([:]), options, nil)).hasSuffix("?fieldManager=o&dryRun=All"))
    // With a body the server reads the options from there alone.
    let delete = try APIRequest.delete(.daemonSets, Self.key, DeleteOptions(dryRun: true))
    #expect(line(delete) == "DELETE \(Self.path)/agent")
    #expect(String(decoding: delete.body ?? [], as: UTF8.self).contains(#""dryRun":["All"]"#))
  }

  @Test func metadataIsAskedForAndListsMayBeCompressed() throws {
    let suffix = ";g=meta.k8s.io;v=v1,application/json"
    let list = try APIRequest.list(.nodes, ListQuery(form: .metadata))
    #expect(list.accept == "application/json;as=PartialObjectMetadataList" + suffix)
    #expect(list.acceptsCompression)
    let watch = try APIRequest.watch(.nodes, WatchQuery(form: .metadata))
    #expect(watch.accept == "application/json;as=PartialObjectMetadata" + suffix)
    #expect(!watch.acceptsCompression)
    #expect(try APIRequest.list(.nodes, ListQuery()).accept == "application/json")
    #expect(try !APIRequest.get(.nodes, ObjectKey(name: "n")).acceptsCompression)
  }

  /// What would hit a whole collection, or another path, is refused before it is sent.
  @Test(arguments: [
    (ResourceType.daemonSets, ObjectKey(namespace: "a", name: ""), "metadata.name"),
    (.daemonSets, ObjectKey(namespace: "a", name: ".."), "metadata.name"),
    (.daemonSets, ObjectKey(name: "a"), "a namespace is needed"),
    (.daemonSets, ObjectKey(namespace: "", name: "a"), "not a namespace"),
    (.nodes, ObjectKey(namespace: "a", name: "a"), "have none"),
  ])
  func refused(_ type: ResourceType, _ key: ObjectKey, _ cause: String) {
    do throws(KubernetesError) {
      _ = try APIRequest.delete(type, key, DeleteOptions())
      Issue.record("expected an error")
    } catch {
      #expect(error.isInvalid)
      #expect(error.description.contains(cause), "\(error)")
    }
  }
}
