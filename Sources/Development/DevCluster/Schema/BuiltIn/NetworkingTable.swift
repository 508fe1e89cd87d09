// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
  /// `k8s.io/api/networking/v1` and `k8s.io/api/policy/v1`.
  static let networkingTable = """
    NetworkPolicy {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec NetworkPolicySpec
    }
    NetworkPolicySpec {
      podSelector LabelSelector
      ingress [NetworkPolicyIngressRule]
      egress [NetworkPolicyEgressRule]
      policyTypes [string]
    }
    NetworkPolicyIngressRule {
      ports [NetworkPolicyPort]
      from [NetworkPolicyPeer]
    }
    NetworkPolicyEgressRule {
      ports [NetworkPolicyPort]
      to [NetworkPolicyPeer]
    }
    NetworkPolicyPort {
      protocol string * =TCP
      port intOrString *
      endPort int *
    }
    NetworkPolicyPeer {
      podSelector LabelSelector *
      namespaceSelector LabelSelector *
      ipBlock IPBlock *
    }
    IPBlock {
      cidr string !
      except [string]
    }
    Ingress {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec IngressSpec
      status IngressStatus
    }
    IngressSpec {
      ingressClassName string *
      defaultBackend IngressBackend *
      tls [IngressTLS]
      rules [IngressRule]
    }
    IngressTLS {
      hosts [string]
      secretName string
    }
    IngressRule {
      host string
      http HTTPIngressRuleValue *
    }
    HTTPIngressRuleValue {
      paths [HTTPIngressPath] !
    }
    HTTPIngressPath {
      path string
      pathType string * !
      backend IngressBackend
    }
    IngressBackend {
      service IngressServiceBackend *
      resource LocalTypedReference *
    }
    IngressServiceBackend {
      name string !
      port ServiceBackendPort
    }
    ServiceBackendPort atomic {
      name string
      number int
    }
    LocalTypedReference atomic {
      apiGroup string * !
      kind string !
      name string !
    }
    IngressStatus {
      loadBalancer LoadBalancerStatus
    }
    PodDisruptionBudget {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec PodDisruptionBudgetSpec
      status PodDisruptionBudgetStatus
    }
    PodDisruptionBudgetSpec {
      minAvailable intOrString *
      selector LabelSelector *
      maxUnavailable intOrString *
      unhealthyPodEvictionPolicy string *
    }
    PodDisruptionBudgetStatus {
      observedGeneration int
      disruptedPods {time}
      disruptionsAllowed int !
      currentHealthy int !
      desiredHealthy int !
      expectedPods int !
      conditions [Condition] map=type
    }
    """
}
