// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering

/// What the pod may use.
extension PodRule {
  static let bounds = [
    PodRule(
      "every container has a memory limit",
      breaks: [
        Break("agent", "resources", "limits", "memory", value: nil), Break("preflight", "resources", value: nil),
      ]
    ) { pod in pod.containers.allSatisfy { pod.bytes($0[path: "resources", "limits", "memory"]) ?? 0 > 0 } },
    PodRule(
      "every container has a CPU request, and a CPU limit only if asked for",
      breaks: [
        Break("agent", "resources", "requests", "cpu", value: nil),
        Break("agent", "resources", "limits", "cpu", value: "1"),
        Break("preflight", "resources", "limits", "cpu", value: "1"),
      ]
    ) { pod in
      pod.containers.allSatisfy { $0[path: "resources", "requests", "cpu"]?.string != nil }
        && pod.preflight[path: "resources", "limits", "cpu"] == nil
        && (pod.agent[path: "resources", "limits", "cpu"] != nil)
          == (pod.spec.nodeAgent.resources["limits"]?["cpu"] != nil)
    },
    PodRule(
      "no request is above its limit", breaks: [Break("agent", "resources", "requests", "memory", value: "9Gi")]
    ) { pod in
      pod.containers.allSatisfy { container in
        (container[path: "resources", "requests"]?.object ?? [:]).allSatisfy { name, request in
          guard let limit = container[path: "resources", "limits", name] else { return true }
          guard let low = request.string.flatMap({ Quantity($0) }), let high = limit.string.flatMap({ Quantity($0) })
          else { return false }
          return low <= high
        }
      }
    },
    PodRule(
      "the heap's limit leaves room for the eBPF maps below the memory limit",
      breaks: [Break("agent", "resources", "limits", "memory", value: "900Mi")]
    ) { pod in
      let heap = (pod.agent["env"]?.array ?? []).first { $0["name"] == "GOMEMLIMIT" }?["value"]?.string
      guard let heap, heap.hasSuffix("MiB"), let heap = Int64(heap.dropLast(3)),
        let limit = pod.bytes(pod.agent[path: "resources", "limits", "memory"])
      else { return false }
      return heap > 0 && heap + MemoryBounds.maps < limit >> 20
    },
    PodRule(
      "spool < its volume's limit < the limit of ephemeral storage, on disk; none with Scrape",
      breaks: [
        Break("volumes", "2", "emptyDir", "sizeLimit", value: "500Mi"),
        Break("volumes", "2", "emptyDir", "sizeLimit", value: nil),
        Break("volumes", "2", "emptyDir", "medium", value: "Memory"),
        Break("agent", "resources", "limits", "ephemeral-storage", value: "1140Mi"),
        Break("agent", "resources", "requests", "ephemeral-storage", value: "100Mi"),
      ]
    ) { pod in
      let volumes = (pod.pod["volumes"]?.array ?? []).compactMap { $0["emptyDir"] }
      guard pod.isPush else { return volumes.isEmpty }
      guard volumes.count == 1, volumes[0]["medium"] == nil, let size = Quantity.bytes(pod.spec.nodeAgent.spoolSize),
        let volume = pod.bytes(volumes[0]["sizeLimit"]),
        let request = pod.bytes(pod.agent[path: "resources", "requests", "ephemeral-storage"]),
        let limit = pod.bytes(pod.agent[path: "resources", "limits", "ephemeral-storage"])
      else { return false }
      return size < volume && volume < limit && size < request && request <= volume
    },
  ]
}
