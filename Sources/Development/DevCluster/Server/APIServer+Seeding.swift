// SPDX-License-Identifier: Apache-2.0

import JSON

/// Puts things into the cluster without asking for rights or leaving traces in the request log.
extension APIServer {
  /// Adds a Node that is ready, or replaces the one of that name.
  ///
  /// The labels that a kubelet sets (hostname, operating system, architecture) are added.
  public func addNode(
    _ name: String, labels: [String: String] = [:], kernel: String = "6.8.0-60-generic",
    architecture: String = "amd64", operatingSystem: String = "linux", osImage: String = "Talos (v1.10.5)",
    bootID: String = "", taints: [JSONValue] = []
  ) {
    var all: JSONObject = [
      "kubernetes.io/hostname": .string(name), "kubernetes.io/os": .string(operatingSystem),
      "kubernetes.io/arch": .string(architecture),
    ]
    for (key, value) in labels.sorted(by: { $0.key < $1.key }) { all[key] = .string(value) }
    let key = ObjectKey(namespace: "", name: name)
    var metadata = store.object(Self.nodes, key)?.meta ?? fresh(name: name)
    metadata["labels"] = .object(all)
    let now = configuration.now().rfc3339
    let node: JSONValue = [
      "apiVersion": "v1", "kind": "Node", "metadata": metadata,
      "spec": taints.isEmpty ? [:] : ["taints": .array(taints)],
      "status": [
        "nodeInfo": [
          "machineID": "", "systemUUID": "", "bootID": .string(bootID), "kernelVersion": .string(kernel),
          "osImage": .string(osImage), "containerRuntimeVersion": "containerd://2.1.4", "kubeletVersion": "v1.36.2",
          "kubeProxyVersion": "", "operatingSystem": .string(operatingSystem), "architecture": .string(architecture),
        ],
        "conditions": [
          [
            "type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
            "lastTransitionTime": .string(now), "lastHeartbeatTime": .string(now),
          ]
        ],
        "addresses": [["type": "Hostname", "address": .string(name)]],
      ],
    ]
    _ = store.put(node, Self.nodes, key)
    settle()
  }

  /// Adds a Namespace, unless it is there.
  public func addNamespace(_ name: String, labels: [String: String] = [:]) {
    let key = ObjectKey(namespace: "", name: name)
    guard store.object(Self.namespaces, key) == nil else { return }
    var namespace = Self.namespace(named: name, labels: labels)
    namespace["metadata"] = MergePatch.apply(namespace.meta, to: fresh(name: name))
    _ = store.put(namespace, Self.namespaces, key)
    settle()
  }

  /// Adds a Service with one port for each number, unless it is there.
  public func addService(_ name: String, namespace: String, ports: [Int]) throws(ManifestError) {
    try apply([
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "spec": [
        "selector": ["app.kubernetes.io/name": .string(name)],
        "ports": .array(ports.map { ["name": .string("http-\($0)"), "port": .integer(Int64($0))] }),
      ],
    ])
  }

  /// Applies all documents of a YAML text, in order, as the field manager `devcluster`.
  ///
  /// - Throws: ``ManifestError`` for the first document that is not accepted; those before it stay.
  public func apply(yaml text: String) throws(ManifestError) {
    let documents: [JSONValue]
    do {
      documents = try Manifests.documents(text)
    } catch {
      throw ManifestError(message: "the manifest cannot be read: \(error)")
    }
    for document in documents { try apply(document) }
  }

  /// Applies one object as the field manager `devcluster`.
  ///
  /// - Throws: ``ManifestError`` if it is of a type that is not served, or refused.
  public func apply(_ object: JSONValue) throws(ManifestError) {
    let version = object["apiVersion"]?.string ?? ""
    let kind = object["kind"]?.string ?? ""
    guard let type = types.type(apiVersion: version, kind: kind) else {
      throw ManifestError(message: "no type \(kind) of \(version) is served; apply its CustomResourceDefinition first")
    }
    var path = type.group.isEmpty ? "/api/\(type.version)" : "/apis/\(type.group)/\(type.version)"
    if type.isNamespaced { path += "/namespaces/\(object.namespace.isEmpty ? "default" : object.namespace)" }
    path += "/\(type.plural)/\(object.name)"
    var request = APIRequest(
      "PATCH", path + "?fieldManager=devcluster&force=true",
      headers: [("Content-Type", "application/apply-patch+yaml")])
    request.body = JSONWriter.bytes(object, order: .asGiven)
    guard let target = RequestTarget(path: request.path) else {
      throw ManifestError(message: "\(kind) has a name that makes no path: \(object.name)")
    }
    do throws(APIStatus) {
      _ = try patch(request, target, type, by: .admin)
    } catch {
      throw ManifestError(message: "\(kind) \(object.objectKey.text): \(error.message)")
    }
    settle()
  }

  /// The objects of a type, as they are now; for assertions.
  public func objects(_ plural: String, group: String = "", namespace: String? = nil) -> [JSONValue] {
    store.objects(StorageKey(group: group, plural: plural), namespace: namespace)
  }

  /// One object as it is now, or nil; for assertions.
  public func object(_ plural: String, group: String = "", namespace: String = "", _ name: String) -> JSONValue? {
    store.object(StorageKey(group: group, plural: plural), ObjectKey(namespace: namespace, name: name))
  }

  /// Deletes an object in the background, as kubectl does; says whether it was there.
  @discardableResult
  public func delete(_ plural: String, group: String = "", namespace: String = "", _ name: String) -> Bool {
    let storage = StorageKey(group: group, plural: plural)
    let key = ObjectKey(namespace: namespace, name: name)
    guard let type = types.stored(storage), let object = store.object(storage, key) else { return false }
    _ = remove(object, type, DeleteOptions())
    settle()
    return true
  }
}

/// Why a manifest was not applied.
public struct ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, with the kind and name of the object.
  public let message: String

  /// For messages and logs.
  public var description: String { message }
}
