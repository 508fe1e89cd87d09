// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
  /// Workloads: `k8s.io/api/apps/v1`.
  static let appsTable = """
    DaemonSet {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec DaemonSetSpec
      status DaemonSetStatus
    }
    DaemonSetSpec {
      selector LabelSelector * !
      template PodTemplateSpec
      updateStrategy DaemonSetUpdateStrategy
      minReadySeconds int
      revisionHistoryLimit int * =10
    }
    DaemonSetUpdateStrategy {
      type string =RollingUpdate
      rollingUpdate RollingUpdate *
    }
    RollingUpdate {
      maxUnavailable intOrString *
      maxSurge intOrString *
    }
    DaemonSetStatus {
      currentNumberScheduled int !
      numberMisscheduled int !
      desiredNumberScheduled int !
      numberReady int !
      observedGeneration int
      updatedNumberScheduled int
      numberAvailable int
      numberUnavailable int
      collisionCount int *
      conditions [StatusCondition] map=type
    }
    Deployment {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec DeploymentSpec
      status DeploymentStatus
    }
    DeploymentSpec {
      replicas int * =1
      selector LabelSelector * !
      template PodTemplateSpec
      strategy DeploymentStrategy
      minReadySeconds int
      revisionHistoryLimit int * =10
      paused bool
      progressDeadlineSeconds int * =600
    }
    DeploymentStrategy {
      type string =RollingUpdate
      rollingUpdate RollingUpdate *
    }
    DeploymentStatus {
      observedGeneration int
      replicas int
      updatedReplicas int
      readyReplicas int
      availableReplicas int
      unavailableReplicas int
      terminatingReplicas int *
      conditions [StatusCondition] map=type
      collisionCount int *
    }
    StatefulSet {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec StatefulSetSpec
      status StatefulSetStatus
    }
    StatefulSetSpec {
      replicas int * =1
      selector LabelSelector * !
      template PodTemplateSpec
      volumeClaimTemplates [PersistentVolumeClaim]
      serviceName string !
      podManagementPolicy string =OrderedReady
      updateStrategy StatefulSetUpdateStrategy
      revisionHistoryLimit int * =10
      minReadySeconds int
      persistentVolumeClaimRetentionPolicy ClaimRetentionPolicy * ={}
      ordinals StatefulSetOrdinals *
    }
    StatefulSetUpdateStrategy {
      type string =RollingUpdate
      rollingUpdate RollingUpdateStatefulSet *
    }
    RollingUpdateStatefulSet {
      partition int * =0
      maxUnavailable intOrString *
    }
    ClaimRetentionPolicy {
      whenDeleted string =Retain
      whenScaled string =Retain
    }
    StatefulSetOrdinals {
      start int !
    }
    StatefulSetStatus {
      observedGeneration int
      replicas int !
      readyReplicas int
      currentReplicas int
      updatedReplicas int
      currentRevision string
      updateRevision string
      collisionCount int *
      conditions [StatusCondition] map=type
      availableReplicas int !
    }
    """
}
