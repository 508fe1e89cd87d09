// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
  /// Volumes of pods and claims: `k8s.io/api/core/v1`. Sources that few workloads use admit anything.
  static let volumeTable = """
    Volume {
      name string !
      hostPath HostPathVolumeSource *
      emptyDir EmptyDirVolumeSource *
      secret SecretVolumeSource *
      configMap ConfigMapVolumeSource *
      projected ProjectedVolumeSource *
      downwardAPI DownwardAPIVolumeSource *
      persistentVolumeClaim PersistentVolumeClaimVolumeSource *
      csi CSIVolumeSource *
      ephemeral any
      image any
      nfs any
      iscsi any
      rbd any
      cephfs any
      fc any
      glusterfs any
      cinder any
      flexVolume any
      flocker any
      azureFile any
      azureDisk any
      awsElasticBlockStore any
      gcePersistentDisk any
      gitRepo any
      vsphereVolume any
      quobyte any
      portworxVolume any
      photonPersistentDisk any
      scaleIO any
      storageos any
    }
    HostPathVolumeSource {
      path string !
      type string * =""
    }
    EmptyDirVolumeSource {
      medium string
      sizeLimit quantity *
    }
    SecretVolumeSource {
      secretName string
      items [KeyToPath]
      defaultMode int * =420
      optional bool *
    }
    ConfigMapVolumeSource {
      name string
      items [KeyToPath]
      defaultMode int * =420
      optional bool *
    }
    KeyToPath {
      key string !
      path string !
      mode int *
    }
    ProjectedVolumeSource {
      sources [VolumeProjection]
      defaultMode int * =420
    }
    VolumeProjection {
      secret KeyProjection *
      downwardAPI DownwardAPIProjection *
      configMap KeyProjection *
      serviceAccountToken ServiceAccountTokenProjection *
      clusterTrustBundle any
      podCertificate any
    }
    KeyProjection {
      name string
      items [KeyToPath]
      optional bool *
    }
    DownwardAPIProjection {
      items [DownwardAPIVolumeFile]
    }
    ServiceAccountTokenProjection {
      audience string
      expirationSeconds int * =3600
      path string !
    }
    DownwardAPIVolumeSource {
      items [DownwardAPIVolumeFile]
      defaultMode int * =420
    }
    DownwardAPIVolumeFile {
      path string !
      fieldRef ObjectFieldSelector *
      resourceFieldRef ResourceFieldSelector *
      mode int *
    }
    PersistentVolumeClaimVolumeSource {
      claimName string !
      readOnly bool
    }
    CSIVolumeSource {
      driver string !
      readOnly bool *
      fsType string *
      volumeAttributes {string}
      nodePublishSecretRef LocalObjectReference *
    }
    PersistentVolumeClaim {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec PersistentVolumeClaimSpec
      status PersistentVolumeClaimStatus
    }
    PersistentVolumeClaimSpec {
      accessModes [string]
      selector LabelSelector *
      resources VolumeResourceRequirements
      volumeName string
      storageClassName string *
      volumeMode string * =Filesystem
      dataSource any
      dataSourceRef any
      volumeAttributesClassName string *
    }
    VolumeResourceRequirements {
      limits {quantity}
      requests {quantity}
    }
    PersistentVolumeClaimStatus {
      phase string =Pending
      accessModes [string]
      capacity {quantity}
      conditions [StatusCondition] map=type
      allocatedResources {quantity}
      allocatedResourceStatuses {string}
      currentVolumeAttributesClassName string *
      modifyVolumeStatus any
    }
    """
}
