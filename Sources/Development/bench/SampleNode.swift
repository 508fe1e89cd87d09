// SPDX-License-Identifier: Apache-2.0

import JSON

/// A Node as a kubelet reports it: with capacities, conditions and the names of its images.
enum SampleNode {
  static func value(_ index: Int) -> JSONValue {
    let name = "worker-\(index)"
    let amounts: JSONValue = [
      "cpu": "16", "ephemeral-storage": "102626232Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0",
      "memory": .string("65806\(index % 1000)Ki"), "pods": "110",
    ]
    return [
      "apiVersion": "v1", "kind": "Node",
      "metadata": [
        "name": .string(name), "uid": .string("3f0c6f0e-5d3c-4d0e-9b1a-\(100_000_000_000 + index)"),
        "resourceVersion": .string("\(10_000 + index)"), "creationTimestamp": "2026-01-02T03:04:05Z",
        "labels": labels(name, index),
        "annotations": [
          "node.alpha.kubernetes.io/ttl": "0", "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        ],
        "managedFields": [
          [
            "manager": "kubelet", "operation": "Update", "apiVersion": "v1", "time": "2026-01-02T03:04:05Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": [
              "f:metadata": [
                "f:annotations": [".": [:], "f:volumes.kubernetes.io/controller-managed-attach-detach": [:]],
                "f:labels": [".": [:], "f:beta.kubernetes.io/arch": [:], "f:kubernetes.io/hostname": [:]],
              ]
            ],
          ]
        ],
      ],
      "spec": [
        "podCIDR": .string("10.\(index / 256).\(index % 256).0/24"), "providerID": .string("example:///\(name)"),
      ],
      "status": [
        "addresses": [
          ["type": "InternalIP", "address": .string("192.0.2.\(index % 256)")],
          ["type": "Hostname", "address": .string(name)],
        ],
        "allocatable": amounts, "capacity": amounts,
        "conditions": .array(["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map(condition)),
        "images": .array((0..<20).map { image($0) }),
        "nodeInfo": [
          "architecture": "amd64", "bootID": "5b9f5c3e-68f6-4f4e-9d43-5f0e7b2f8a11",
          "containerRuntimeVersion": "containerd://2.1.4", "kernelVersion": "6.8.0-60-generic",
          "kubeProxyVersion": "", "kubeletVersion": "v1.36.2", "machineID": "7a1b0b6f2f4e4f53a6f3a5e0f6a9d1c2",
          "operatingSystem": "linux", "osImage": "Talos (v1.10.5)",
          "systemUUID": "7a1b0b6f-2f4e-4f53-a6f3-a5e0f6a9d1c2",
        ],
      ],
    ]
  }

  private static func labels(_ name: String, _ index: Int) -> JSONValue {
    [
      "beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
      "kubernetes.io/hostname": .string(name), "kubernetes.io/os": "linux", "node-role.kubernetes.io/worker": "",
      "node.kubernetes.io/instance-type": "m5.4xlarge", "topology.kubernetes.io/region": "eu-1",
      "topology.kubernetes.io/zone": .string("eu-1-\(index % 3)"),
    ]
  }

  private static func condition(_ type: String) -> JSONValue {
    [
      "type": .string(type), "status": type == "Ready" ? "True" : "False",
      "lastHeartbeatTime": "2026-01-02T03:04:05Z", "lastTransitionTime": "2026-01-02T03:04:05Z",
      "reason": .string("KubeletHas\(type)"), "message": "kubelet reports on this condition",
    ]
  }

  private static func image(_ index: Int) -> JSONValue {
    let digest = String(repeating: "0123456789abcdef", count: 4)
    return [
      "names": [
        .string("registry.example.org/library/image-\(index)@sha256:\(digest)"),
        .string("registry.example.org/library/image-\(index):v1.\(index).0"),
      ],
      "sizeBytes": .integer(Int64(50_000_000 + index)),
    ]
  }
}
