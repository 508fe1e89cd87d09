// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
  /// `k8s.io/api/core/v1`, without pods.
  static let coreTable = """
    Namespace {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec NamespaceSpec
      status NamespaceStatus
    }
    NamespaceSpec {
      finalizers [string]
    }
    NamespaceStatus {
      phase string
      conditions [StatusCondition] map=type
    }
    StatusCondition {
      type string !
      status string !
      observedGeneration int
      lastUpdateTime time
      lastProbeTime time
      lastHeartbeatTime time
      lastTransitionTime time
      reason string
      message string
    }
    Node {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec NodeSpec
      status NodeStatus
    }
    NodeSpec {
      podCIDR string
      podCIDRs [string] set
      providerID string
      unschedulable bool
      taints [Taint]
      configSource any
      externalID string
    }
    Taint {
      key string !
      value string
      effect string !
      timeAdded time *
    }
    NodeStatus {
      capacity {quantity}
      allocatable {quantity}
      phase string
      conditions [StatusCondition] map=type
      addresses [NodeAddress] map=type
      daemonEndpoints NodeDaemonEndpoints
      nodeInfo NodeSystemInfo
      images [any]
      volumesInUse [string]
      volumesAttached [any]
      config any
      runtimeHandlers [any]
      features any
      declaredFeatures [string]
    }
    NodeAddress {
      type string !
      address string !
    }
    NodeDaemonEndpoints {
      kubeletEndpoint DaemonEndpoint
    }
    DaemonEndpoint {
      Port int !
    }
    NodeSystemInfo {
      machineID string !
      systemUUID string !
      bootID string !
      kernelVersion string !
      osImage string !
      containerRuntimeVersion string !
      kubeletVersion string !
      kubeProxyVersion string !
      operatingSystem string !
      architecture string !
      swap any
    }
    Service {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec ServiceSpec
      status ServiceStatus
    }
    ServiceSpec {
      ports [ServicePort] map=port,protocol
      selector {string} atomic
      clusterIP string
      clusterIPs [string]
      type string =ClusterIP
      externalIPs [string]
      sessionAffinity string =None
      loadBalancerIP string
      loadBalancerSourceRanges [string]
      externalName string
      externalTrafficPolicy string
      healthCheckNodePort int
      publishNotReadyAddresses bool
      sessionAffinityConfig any
      ipFamilies [string]
      ipFamilyPolicy string *
      allocateLoadBalancerNodePorts bool *
      loadBalancerClass string *
      internalTrafficPolicy string *
      trafficDistribution string *
    }
    ServicePort {
      name string
      protocol string =TCP
      appProtocol string *
      port int !
      targetPort intOrString
      nodePort int
    }
    ServiceStatus {
      loadBalancer LoadBalancerStatus
      conditions [Condition] map=type
    }
    LoadBalancerStatus {
      ingress [any]
    }
    ServiceAccount {
      apiVersion string
      kind string
      metadata ObjectMeta
      secrets [ObjectReference] map=name
      imagePullSecrets [LocalObjectReference]
      automountServiceAccountToken bool *
    }
    Secret {
      apiVersion string
      kind string
      metadata ObjectMeta
      immutable bool *
      data {bytes}
      stringData {string}
      type string =Opaque
    }
    ConfigMap {
      apiVersion string
      kind string
      metadata ObjectMeta
      immutable bool *
      data {string}
      binaryData {bytes}
    }
    Event {
      apiVersion string
      kind string
      metadata ObjectMeta
      involvedObject ObjectReference
      reason string
      message string
      source EventSource
      firstTimestamp time !
      lastTimestamp time !
      count int
      type string
      eventTime microtime !
      series EventSeries *
      action string
      related ObjectReference *
      reportingComponent string !
      reportingInstance string !
    }
    EventSource {
      component string
      host string
    }
    EventSeries {
      count int !
      lastObservedTime microtime !
    }
    """
}
