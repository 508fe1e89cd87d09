// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
  /// `k8s.io/api/coordination/v1`, `k8s.io/api/events/v1` and `k8s.io/apiextensions-apiserver/pkg/apis/v1`.
  static let otherTable = """
    Lease {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec LeaseSpec
    }
    LeaseSpec {
      holderIdentity string *
      leaseDurationSeconds int *
      acquireTime microtime *
      renewTime microtime *
      leaseTransitions int *
      strategy string *
      preferredHolder string *
    }
    RegardingEvent {
      apiVersion string
      kind string
      metadata ObjectMeta
      eventTime microtime !
      series EventSeries *
      reportingController string
      reportingInstance string
      action string
      reason string
      regarding ObjectReference
      related ObjectReference *
      note string
      type string
      deprecatedSource EventSource
      deprecatedFirstTimestamp time !
      deprecatedLastTimestamp time !
      deprecatedCount int
    }
    CustomResourceDefinition {
      apiVersion string
      kind string
      metadata ObjectMeta
      spec CustomResourceDefinitionSpec
      status CustomResourceDefinitionStatus
    }
    CustomResourceDefinitionSpec {
      group string !
      names CustomResourceDefinitionNames
      scope string !
      versions [CustomResourceDefinitionVersion] !
      conversion CustomResourceConversion * ={}
      preserveUnknownFields bool
    }
    CustomResourceDefinitionNames {
      plural string !
      singular string
      shortNames [string]
      kind string !
      listKind string
      categories [string]
    }
    CustomResourceDefinitionVersion {
      name string !
      served bool !
      storage bool !
      deprecated bool
      deprecationWarning string *
      schema CustomResourceValidation *
      subresources CustomResourceSubresources *
      additionalPrinterColumns [PrinterColumn]
      selectableFields [SelectableField]
    }
    CustomResourceValidation {
      openAPIV3Schema any
    }
    CustomResourceSubresources {
      status any
      scale any
    }
    PrinterColumn {
      name string !
      type string !
      format string
      description string
      priority int
      jsonPath string !
    }
    SelectableField {
      jsonPath string !
    }
    CustomResourceConversion {
      strategy string ! =None
      webhook any
    }
    CustomResourceDefinitionStatus {
      conditions [StatusCondition] map=type !
      acceptedNames CustomResourceDefinitionNames
      storedVersions [string] !
      observedGeneration int
    }
    """
}
