// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
  /// Pods and their containers: `k8s.io/api/core/v1`.
  static let podTable = """
    Pod {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec PodSpec
      status PodStatus
    }
    PodTemplateSpec {
      metadata ObjectMeta
      spec PodSpec
    }
    PodSpec {
      volumes [Volume] map=name
      initContainers [Container] map=name
      containers [Container] map=name !
      ephemeralContainers [EphemeralContainer] map=name
      restartPolicy string =Always
      terminationGracePeriodSeconds int * =30
      activeDeadlineSeconds int *
      dnsPolicy string =ClusterFirst
      nodeSelector {string} atomic
      serviceAccountName string
      serviceAccount string
      automountServiceAccountToken bool *
      nodeName string
      hostNetwork bool
      hostPID bool
      hostIPC bool
      shareProcessNamespace bool *
      securityContext PodSecurityContext * ={}
      imagePullSecrets [LocalObjectReference] map=name
      hostname string
      subdomain string
      affinity Affinity *
      schedulerName string =default-scheduler
      tolerations [Toleration]
      hostAliases [HostAlias] map=ip
      priorityClassName string
      priority int *
      dnsConfig PodDNSConfig *
      readinessGates [PodReadinessGate]
      runtimeClassName string *
      enableServiceLinks bool *
      preemptionPolicy string *
      overhead {quantity}
      topologySpreadConstraints [TopologySpreadConstraint] map=topologyKey,whenUnsatisfiable
      setHostnameAsFQDN bool *
      os PodOS *
      hostUsers bool *
      schedulingGates [PodSchedulingGate] map=name
      resourceClaims [PodResourceClaim] map=name
      resources ResourceRequirements *
      hostnameOverride string *
      workloadRef any
    }
    Container {
      name string !
      image string
      command [string]
      args [string]
      workingDir string
      ports [ContainerPort] map=containerPort,protocol
      envFrom [EnvFromSource]
      env [EnvVar] map=name
      resources ResourceRequirements
      resizePolicy [ContainerResizePolicy]
      restartPolicy string *
      restartPolicyRules [any]
      volumeMounts [VolumeMount] map=mountPath
      volumeDevices [VolumeDevice] map=devicePath
      livenessProbe Probe *
      readinessProbe Probe *
      startupProbe Probe *
      lifecycle Lifecycle *
      terminationMessagePath string =/dev/termination-log
      terminationMessagePolicy string =File
      imagePullPolicy string
      securityContext SecurityContext *
      stdin bool
      stdinOnce bool
      tty bool
    }
    EphemeralContainer {
      name string !
      image string
      command [string]
      args [string]
      workingDir string
      ports [ContainerPort] map=containerPort,protocol
      envFrom [EnvFromSource]
      env [EnvVar] map=name
      resources ResourceRequirements
      volumeMounts [VolumeMount] map=mountPath
      terminationMessagePath string =/dev/termination-log
      terminationMessagePolicy string =File
      imagePullPolicy string
      securityContext SecurityContext *
      stdin bool
      stdinOnce bool
      tty bool
      targetContainerName string
    }
    ContainerPort {
      name string
      hostPort int
      containerPort int !
      protocol string =TCP
      hostIP string
    }
    EnvVar {
      name string !
      value string
      valueFrom EnvVarSource *
    }
    EnvVarSource {
      fieldRef ObjectFieldSelector *
      resourceFieldRef ResourceFieldSelector *
      configMapKeyRef KeySelector *
      secretKeyRef KeySelector *
      fileKeyRef any
    }
    ObjectFieldSelector atomic {
      apiVersion string =v1
      fieldPath string !
    }
    ResourceFieldSelector atomic {
      containerName string
      resource string !
      divisor quantity !
    }
    KeySelector atomic {
      name string
      key string !
      optional bool *
    }
    EnvFromSource {
      prefix string
      configMapRef OptionalReference *
      secretRef OptionalReference *
    }
    OptionalReference {
      name string
      optional bool *
    }
    ResourceRequirements {
      limits {quantity}
      requests {quantity}
      claims [ResourceClaim] map=name
    }
    ResourceClaim {
      name string !
      request string
    }
    ContainerResizePolicy {
      resourceName string !
      restartPolicy string !
    }
    VolumeMount {
      name string !
      readOnly bool
      recursiveReadOnly string *
      mountPath string !
      subPath string
      mountPropagation string *
      subPathExpr string
    }
    VolumeDevice {
      name string !
      devicePath string !
    }
    Probe {
      exec ExecAction *
      httpGet HTTPGetAction *
      tcpSocket TCPSocketAction *
      grpc GRPCAction *
      initialDelaySeconds int
      timeoutSeconds int =1
      periodSeconds int =10
      successThreshold int =1
      failureThreshold int =3
      terminationGracePeriodSeconds int *
    }
    ExecAction {
      command [string]
    }
    HTTPGetAction {
      path string =/
      port intOrString !
      host string
      scheme string =HTTP
      httpHeaders [HTTPHeader]
    }
    HTTPHeader {
      name string !
      value string !
    }
    TCPSocketAction {
      port intOrString !
      host string
    }
    GRPCAction {
      port int !
      service string * =""
    }
    Lifecycle {
      postStart LifecycleHandler *
      preStop LifecycleHandler *
      stopSignal string *
    }
    LifecycleHandler {
      exec ExecAction *
      httpGet HTTPGetAction *
      tcpSocket TCPSocketAction *
      sleep any
    }
    SecurityContext {
      capabilities Capabilities *
      privileged bool *
      seLinuxOptions any
      windowsOptions any
      runAsUser int *
      runAsGroup int *
      runAsNonRoot bool *
      readOnlyRootFilesystem bool *
      allowPrivilegeEscalation bool *
      procMount string *
      seccompProfile SecurityProfile *
      appArmorProfile SecurityProfile *
    }
    SecurityProfile {
      type string !
      localhostProfile string *
    }
    Capabilities {
      add [string]
      drop [string]
    }
    PodSecurityContext {
      seLinuxOptions any
      windowsOptions any
      runAsUser int *
      runAsGroup int *
      runAsNonRoot bool *
      supplementalGroups [int]
      supplementalGroupsPolicy string *
      fsGroup int *
      sysctls [HTTPHeader]
      fsGroupChangePolicy string *
      seccompProfile SecurityProfile *
      appArmorProfile SecurityProfile *
      seLinuxChangePolicy string *
    }
    Toleration {
      key string
      operator string
      value string
      effect string
      tolerationSeconds int *
    }
    HostAlias {
      ip string !
      hostnames [string]
    }
    PodDNSConfig {
      nameservers [string]
      searches [string]
      options [PodDNSConfigOption]
    }
    PodDNSConfigOption {
      name string
      value string *
    }
    PodReadinessGate {
      conditionType string !
    }
    TopologySpreadConstraint {
      maxSkew int !
      topologyKey string !
      whenUnsatisfiable string !
      labelSelector LabelSelector *
      minDomains int *
      nodeAffinityPolicy string *
      nodeTaintsPolicy string *
      matchLabelKeys [string]
    }
    PodOS {
      name string !
    }
    PodSchedulingGate {
      name string !
    }
    PodResourceClaim {
      name string !
      resourceClaimName string *
      resourceClaimTemplateName string *
    }
    Affinity {
      nodeAffinity NodeAffinity *
      podAffinity PodAffinity *
      podAntiAffinity PodAffinity *
    }
    NodeAffinity {
      requiredDuringSchedulingIgnoredDuringExecution NodeSelector *
      preferredDuringSchedulingIgnoredDuringExecution [PreferredSchedulingTerm]
    }
    NodeSelector atomic {
      nodeSelectorTerms [NodeSelectorTerm] !
    }
    NodeSelectorTerm atomic {
      matchExpressions [LabelSelectorRequirement]
      matchFields [LabelSelectorRequirement]
    }
    PreferredSchedulingTerm {
      weight int !
      preference NodeSelectorTerm
    }
    PodAffinity {
      requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm]
      preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
    }
    WeightedPodAffinityTerm {
      weight int !
      podAffinityTerm PodAffinityTerm
    }
    PodAffinityTerm {
      labelSelector LabelSelector *
      namespaces [string]
      topologyKey string !
      namespaceSelector LabelSelector *
      matchLabelKeys [string]
      mismatchLabelKeys [string]
    }
    PodStatus {
      observedGeneration int
      phase string
      conditions [StatusCondition] map=type
      message string
      reason string
      nominatedNodeName string
      hostIP string
      hostIPs [any]
      podIP string
      podIPs [PodIP] map=ip
      startTime time *
      initContainerStatuses [any]
      containerStatuses [any]
      ephemeralContainerStatuses [any]
      qosClass string
      resize string
      resourceClaimStatuses [any]
      extendedResourceClaimStatus any
      allocatedResources {quantity}
      resources ResourceRequirements *
    }
    PodIP {
      ip string !
    }
    """
}
