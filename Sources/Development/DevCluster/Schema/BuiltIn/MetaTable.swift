// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
  /// `k8s.io/apimachinery/pkg/apis/meta/v1`.
  static let metaTable = """
    ObjectMeta {
      name string
      generateName string
      namespace string
      selfLink string
      uid string
      resourceVersion string
      generation int
      creationTimestamp time
      deletionTimestamp time *
      deletionGracePeriodSeconds int *
      labels {string}
      annotations {string}
      ownerReferences [OwnerReference] map=uid
      finalizers [string] set
      managedFields [any]
    }
    OwnerReference atomic {
      apiVersion string !
      kind string !
      name string !
      uid string !
      controller bool *
      blockOwnerDeletion bool *
    }
    LabelSelector atomic {
      matchLabels {string}
      matchExpressions [LabelSelectorRequirement]
    }
    LabelSelectorRequirement {
      key string !
      operator string !
      values [string]
    }
    Condition {
      type string !
      status string !
      observedGeneration int
      lastTransitionTime time !
      reason string !
      message string !
    }
    ObjectReference atomic {
      kind string
      namespace string
      name string
      uid string
      apiVersion string
      resourceVersion string
      fieldPath string
    }
    LocalObjectReference atomic {
      name string
    }
    """
}
