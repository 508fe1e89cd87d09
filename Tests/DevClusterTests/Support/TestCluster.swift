// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Logging

/// A server with a namespace `rec`, asked in process as its admin.
struct TestCluster {
  let server: APIServer

  init(_ change: (inout APIServerConfiguration) -> Void = { _ in }) async {
    var configuration = APIServerConfiguration(adminToken: "admin-token")
    configuration.tokens["alice-token"] = Identity(user: "alice")
    configuration.seed = 42
    configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    change(&configuration)
    server = APIServer(configuration)
    await server.addNamespace("rec")
  }

  /// The answer to a request with a JSON body, or with none.
  @discardableResult
  func send(
    _ method: String, _ target: String, _ body: JSONValue? = nil, type: String = "application/json",
    token: String? = "admin-token", accept: String = "application/json", agent: String = "tests/1"
  ) async -> APIResponse {
    var request = APIRequest(method, target, headers: [("Accept", accept), ("User-Agent", agent)])
    if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
    if let body {
      request.headers.append(("Content-Type", type))
      request.body = JSONWriter.bytes(body)
    }
    return await server.handle(request)
  }

  /// Applies an object as the field manager `tests`.
  @discardableResult
  func apply(_ target: String, _ body: JSONValue) async -> APIResponse {
    await send("PATCH", target + "?fieldManager=tests&force=true", body, type: "application/apply-patch+yaml")
  }

  /// The first frames of a watch; the watch is cancelled once they are there.
  func frames(_ response: APIResponse, _ count: Int) async -> [JSONValue] {
    guard case .stream(let stream) = response.body else { return [] }
    var frames: [JSONValue] = []
    for await frame in stream.frames {
      frames.append((try? JSONParser.parse(frame)) ?? .null)
      if frames.count == count { break }
    }
    stream.cancel()
    return frames
  }
}

enum Paths {
  static let configMaps = "/api/v1/namespaces/rec/configmaps"
  static let daemonSets = "/apis/apps/v1/namespaces/rec/daemonsets"
  static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
  static let widgets = "/apis/example.org/v1/namespaces/rec/widgets"
}

enum Samples {
  static func configMap(_ name: String, data: JSONValue = ["a": "1"], labels: JSONValue? = nil) -> JSONValue {
    var object: JSONValue = [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": data,
    ]
    if let labels { object["metadata"]?["labels"] = labels }
    return object
  }

  static let definition: JSONValue = [
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": ["name": "widgets.example.org"],
    "spec": [
      "group": "example.org", "scope": "Namespaced",
      "names": ["plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"],
      "versions": [
        [
          "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
          "additionalPrinterColumns": [
            ["name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"]
          ],
          "schema": [
            "openAPIV3Schema": [
              "type": "object",
              "properties": [
                "spec": [
                  "type": "object", "required": ["mode"],
                  "properties": [
                    "mode": ["type": "string", "enum": ["A", "B"]], "size": ["type": "integer", "default": 2],
                  ],
                ],
                "status": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
              ],
            ]
          ],
        ]
      ],
    ],
  ]

  static func widget(_ name: String, mode: String = "A", finalizers: [String] = []) -> JSONValue {
    var object: JSONValue = [
      "apiVersion": "example.org/v1", "kind": "Widget", "metadata": ["name": .string(name)],
      "spec": ["mode": .string(mode)],
    ]
    if !finalizers.isEmpty { object["metadata"]?["finalizers"] = .array(finalizers.map { .string($0) }) }
    return object
  }

  static func daemonSet(_ name: String, image: String = "example/agent:1", pod: JSONValue = [:]) -> JSONValue {
    var spec: JSONValue = ["containers": [["name": "agent", "image": .string(image)]]]
    for (key, value) in pod.object ?? [:] { spec[key] = value }
    return [
      "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": ["name": .string(name)],
      "spec": [
        "selector": ["matchLabels": ["app": .string(name)]],
        "template": ["metadata": ["labels": ["app": .string(name)]], "spec": spec],
      ],
    ]
  }
}
