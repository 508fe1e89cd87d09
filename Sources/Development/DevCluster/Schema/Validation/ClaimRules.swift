// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for a PersistentVolumeClaim, alone or as the template of a StatefulSet.
///
/// Source: `ValidatePersistentVolumeClaimSpec` and `ValidatePersistentVolumeClaimUpdate` in
/// `pkg/apis/core/validation/validation.go`. The API server adds the difference, as Go prints it, to the message about a
/// change; it is left out here.
enum ClaimRules {
  static func failures(_ new: JSONValue, _ old: JSONValue?) -> [FieldFailure] {
    let spec = new["spec"] ?? [:]
    return specFailures(spec, at: "spec") + (old.map { changeFailures(spec, $0) } ?? [])
  }

  static func specFailures(_ spec: JSONValue, at path: String) -> [FieldFailure] {
    let modes = spec["accessModes"]?.array ?? []
    var result: [FieldFailure] = []
    if modes.isEmpty { result.append(.required("\(path).accessModes", "at least 1 access mode is required")) }
    result += CommonRules.selector(spec["selector"], at: "\(path).selector")
    for mode in modes where !supportedModes.contains(mode) {
      result.append(.notSupported("\(path).accessModes", mode, supportedModes))
    }
    if modes.contains("ReadWriteOncePod"), modes.contains(where: { $0 != "ReadWriteOncePod" }) {
      let detail = "may not use ReadWriteOncePod with other access modes"
      result.append(.forbidden("\(path).accessModes", detail))
    }
    if let size = spec[path: "resources", "requests", "storage"] {
      if let text = size.string, let (amount, zero) = Quantity.pair(text, "0"), amount <= zero {
        result.append(.invalid("\(path).resources[storage]", size, "must be greater than zero"))
      }
    } else {
      result.append(.required("\(path).resources[storage]"))
    }
    if let name = spec["storageClassName"]?.string, !name.isEmpty, let problem = NameRules.subdomain(name) {
      result.append(.invalid("\(path).storageClassName", .string(name), problem))
    }
    if let mode = spec["volumeMode"], mode != "Block", mode != "Filesystem" {
      result.append(.notSupported("\(path).volumeMode", mode, ["Block", "Filesystem"]))
    }
    return result
  }

  private static let supportedModes: [JSONValue] = [
    "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod",
  ]

  private static func changeFailures(_ spec: JSONValue, _ old: JSONValue) -> [FieldFailure] {
    var (before, after) = (old["spec"] ?? [:], spec)
    // The volume, and a class where none was named, are set once.
    for name in ["volumeName", "storageClassName"] where before[name] == nil { after[name] = nil }
    (before["volumeAttributesClassName"], after["volumeAttributesClassName"]) = (nil, nil)
    let size = { (spec: JSONValue?) in spec?[path: "resources", "requests", "storage"]?.string ?? "0" }
    let (oldSize, newSize) = (size(old["spec"]), size(spec))
    if old[path: "status", "phase"] == "Bound" {
      before["resources"]?["requests"]?["storage"] = nil
      after["resources"]?["requests"]?["storage"] = nil
    }
    var result: [FieldFailure] = []
    if before != after {
      let detail =
        "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
      result.append(.forbidden("spec", detail))
    }
    // A claim may shrink only down to what the volume has: after an expansion that failed.
    let capacity = old[path: "status", "capacity", "storage"]?.string ?? "0"
    if let (new, last) = Quantity.pair(newSize, oldSize), new < last,
      let (wanted, held) = Quantity.pair(newSize, capacity), wanted <= held
    {
      let detail = "field can not be less than status.capacity"
      result.append(.forbidden("spec.resources.requests.storage", detail))
    }
    return result
  }
}
