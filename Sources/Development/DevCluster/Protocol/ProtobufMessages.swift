// SPDX-License-Identifier: Apache-2.0

/// The messages of the objects that kubectl and Helm create and delete, by their `generated.proto` files in `k8s.io/api` 1.36.
///
/// One message a line: its name, then its fields as `number:name:type`. Types are `text`, `bytes`, `int`, `bool`,
/// `either` for an integer or text, another message, `[T]` for a list and `{T}` for a map. A `?` after the type is a
/// pointer in Go, whose zero is a value; `-` in the place of a name is a field that an object to be created does not
/// carry, `+` one whose fields stand in JSON among those of the outer message.
enum ProtobufMessages {
  /// What a field holds.
  indirect enum Shape: Hashable, Sendable {
    case text, bytes, number, truth, intOrText
    case message(String)
    case list(Shape)
    case map(Shape)

    /// Whether each occurrence of the field adds to the value.
    var isRepeated: Bool {
      switch self {
      case .list, .map: true
      default: false
      }
    }
  }

  /// One field of a message.
  enum Field: Hashable, Sendable {
    case named(String, Shape, isPointer: Bool)
    /// A message whose fields stand in JSON among those of the outer one.
    case inlined(Shape)
    case ignored
  }

  /// The fields of each message by their numbers.
  static let all: [String: [UInt64: Field]] = read(table)

  private static func read(_ text: String) -> [String: [UInt64: Field]] {
    var messages: [String: [UInt64: Field]] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let name = words.first else { continue }
      for word in words.dropFirst() {
        let parts = word.split(separator: ":")
        guard parts.count >= 2, let number = UInt64(parts[0]) else { continue }
        guard parts.count == 3 else {
          messages[String(name), default: [:]][number] = .ignored
          continue
        }
        let isPointer = parts[2].hasSuffix("?")
        let shape = shape(isPointer ? parts[2].dropLast() : parts[2])
        messages[String(name), default: [:]][number] =
          parts[1] == "+" ? .inlined(shape) : .named(String(parts[1]), shape, isPointer: isPointer)
      }
    }
    return messages
  }

  private static func shape(_ type: Substring) -> Shape {
    switch type {
    case "text": .text
    case "bytes": .bytes
    case "int": .number
    case "bool": .truth
    case "either": .intOrText
    case _ where type.hasPrefix("["): .list(shape(type.dropFirst().dropLast()))
    case _ where type.hasPrefix("{"): .map(shape(type.dropFirst().dropLast()))
    default: .message(String(type))
    }
  }

  private static let table = """
    Unknown 1:typeMeta:TypeMeta 2:raw:bytes 3:- 4:-
    TypeMeta 1:apiVersion:text 2:kind:text
    TextEntry 1:key:text 2:value:text
    BytesEntry 1:key:text 2:value:bytes
    IntOrString 1:type:int 2:number:int 3:text:text
    ObjectMeta 1:name:text 2:generateName:text 3:namespace:text 4:- 5:uid:text 6:resourceVersion:text 7:- 8:- \
    11:labels:{text} 12:annotations:{text} 14:finalizers:[text]
    LabelSelector 1:matchLabels:{text} 2:matchExpressions:[LabelSelectorRequirement]
    LabelSelectorRequirement 1:key:text 2:operator:text 3:values:[text]
    Namespace 1:metadata:ObjectMeta 2:- 3:-
    ServiceAccount 1:metadata:ObjectMeta 3:imagePullSecrets:[LocalObjectReference] 4:automountServiceAccountToken:bool?
    LocalObjectReference 1:name:text
    ConfigMap 1:metadata:ObjectMeta 2:data:{text} 3:binaryData:{bytes} 4:immutable:bool?
    Secret 1:metadata:ObjectMeta 2:data:{bytes} 3:type:text 4:stringData:{text} 5:immutable:bool?
    Service 1:metadata:ObjectMeta 2:spec:ServiceSpec 3:-
    ServiceSpec 1:ports:[ServicePort] 2:selector:{text} 3:clusterIP:text 4:type:text 5:externalIPs:[text] \
    7:sessionAffinity:text 8:loadBalancerIP:text 10:externalName:text 11:externalTrafficPolicy:text \
    13:publishNotReadyAddresses:bool 18:clusterIPs:[text]
    ServicePort 1:name:text 2:protocol:text 3:port:int 4:targetPort:either 5:nodePort:int 6:appProtocol:text?
    PodTemplateSpec 1:metadata:ObjectMeta 2:spec:PodSpec
    PodSpec 2:containers:[Container] 3:restartPolicy:text 4:terminationGracePeriodSeconds:int? 6:dnsPolicy:text \
    7:nodeSelector:{text} 8:serviceAccountName:text 9:serviceAccount:text 11:hostNetwork:bool
    Container 1:name:text 2:image:text 3:command:[text] 4:args:[text] 5:workingDir:text 6:ports:[ContainerPort] \
    7:env:[EnvVar] 14:imagePullPolicy:text
    ContainerPort 1:name:text 2:hostPort:int 3:containerPort:int 4:protocol:text 5:hostIP:text
    EnvVar 1:name:text 2:value:text
    Deployment 1:metadata:ObjectMeta 2:spec:DeploymentSpec 3:-
    DeploymentSpec 1:replicas:int? 2:selector:LabelSelector 3:template:PodTemplateSpec 4:strategy:DeploymentStrategy \
    5:minReadySeconds:int 6:revisionHistoryLimit:int? 7:paused:bool 9:progressDeadlineSeconds:int?
    DeploymentStrategy 1:type:text
    Job 1:metadata:ObjectMeta 2:spec:JobSpec 3:-
    JobSpec 1:parallelism:int? 2:completions:int? 3:activeDeadlineSeconds:int? 4:selector:LabelSelector \
    6:template:PodTemplateSpec 7:backoffLimit:int? 8:ttlSecondsAfterFinished:int? 9:completionMode:text? 10:suspend:bool?
    CronJob 1:metadata:ObjectMeta 2:spec:CronJobSpec 3:-
    CronJobSpec 1:schedule:text 2:startingDeadlineSeconds:int? 3:concurrencyPolicy:text 4:suspend:bool? \
    5:jobTemplate:JobTemplateSpec 6:successfulJobsHistoryLimit:int? 7:failedJobsHistoryLimit:int? 8:timeZone:text?
    JobTemplateSpec 1:metadata:ObjectMeta 2:spec:JobSpec
    Role 1:metadata:ObjectMeta 2:rules:[PolicyRule]
    ClusterRole 1:metadata:ObjectMeta 2:rules:[PolicyRule] 3:aggregationRule:AggregationRule
    PolicyRule 1:verbs:[text] 2:apiGroups:[text] 3:resources:[text] 4:resourceNames:[text] 5:nonResourceURLs:[text]
    AggregationRule 1:clusterRoleSelectors:[LabelSelector]
    RoleBinding 1:metadata:ObjectMeta 2:subjects:[Subject] 3:roleRef:RoleRef
    ClusterRoleBinding 1:metadata:ObjectMeta 2:subjects:[Subject] 3:roleRef:RoleRef
    Subject 1:kind:text 2:apiGroup:text 3:name:text 4:namespace:text
    RoleRef 1:apiGroup:text 2:kind:text 3:name:text
    Ingress 1:metadata:ObjectMeta 2:spec:IngressSpec 3:-
    IngressSpec 1:defaultBackend:IngressBackend 2:tls:[IngressTLS] 3:rules:[IngressRule] 4:ingressClassName:text?
    IngressTLS 1:hosts:[text] 2:secretName:text
    IngressRule 1:host:text 2:+:IngressRuleValue
    IngressRuleValue 1:http:HTTPIngressRuleValue
    HTTPIngressRuleValue 1:paths:[HTTPIngressPath]
    HTTPIngressPath 1:path:text 2:backend:IngressBackend 3:pathType:text?
    IngressBackend 4:service:IngressServiceBackend
    IngressServiceBackend 1:name:text 2:port:ServiceBackendPort
    ServiceBackendPort 1:name:text 2:number:int
    PodDisruptionBudget 1:metadata:ObjectMeta 2:spec:PodDisruptionBudgetSpec 3:-
    PodDisruptionBudgetSpec 1:minAvailable:either? 2:selector:LabelSelector 3:maxUnavailable:either?
    PriorityClass 1:metadata:ObjectMeta 2:value:int 3:globalDefault:bool 4:description:text 5:preemptionPolicy:text?
    SelfSubjectAccessReview 1:metadata:ObjectMeta 2:spec:SelfSubjectAccessReviewSpec 3:-
    SelfSubjectAccessReviewSpec 1:resourceAttributes:ResourceAttributes 2:nonResourceAttributes:NonResourceAttributes
    ResourceAttributes 1:namespace:text 2:verb:text 3:group:text 4:version:text 5:resource:text 6:subresource:text \
    7:name:text
    NonResourceAttributes 1:path:text 2:verb:text
    SelfSubjectRulesReview 1:metadata:ObjectMeta 2:spec:SelfSubjectRulesReviewSpec 3:-
    SelfSubjectRulesReviewSpec 1:namespace:text
    SelfSubjectReview 1:metadata:ObjectMeta 2:-
    DeleteOptions 1:gracePeriodSeconds:int? 2:preconditions:Preconditions 3:orphanDependents:bool? \
    4:propagationPolicy:text? 5:dryRun:[text]
    Preconditions 1:uid:text? 2:resourceVersion:text?
    """
}
