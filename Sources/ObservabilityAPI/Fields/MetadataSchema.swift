// SPDX-License-Identifier: Apache-2.0

/// The schema of `metadata`, for what has not been through an API server. The definition does not publish it: the API
/// server knows what metadata is and forbids a definition to say more.
enum MetadataSchema {
  /// Source: `ObjectMeta` in `k8s.io/apimachinery/pkg/apis/meta/v1/types.go`.
  static let metadata = Schema.object(
    "Standard object metadata.",
    [
      .written("name", .text("The object's name.", name)),
      .written("generateName", text("The beginning of a name that the API server completes.")),
      .written("namespace", text("Ignored: the object is cluster-scoped.")),
      .written("labels", labels), .written("annotations", annotations),
      .written(
        "finalizers",
        .list("What must be done before the object goes.", of: text("A finalizer."), .atomic, limit: 1000)),
      .written("uid", text("The identity.")), .written("resourceVersion", text("The version of the content.")),
      .written("selfLink", text("No longer used.")), .written("generation", Schema("The version of spec.", .integer)),
      .written("creationTimestamp", text("When the object was created.")),
      .written("deletionTimestamp", text("When it was deleted.")),
      .written("deletionGracePeriodSeconds", Schema("How long the deletion may take.", .integer)),
      .written("ownerReferences", objects("The owners.")), .written("managedFields", objects("Who set which fields.")),
    ])

  private static let name = TextFormat("a name in quotes such as \"platform\"", maxLength: 253)

  private static let labels: Schema = {
    var schema = Schema("Labels.", .map(values: .text("The label's value.", .labelValue)))
    schema.keys = .labelName
    return schema
  }()

  private static let annotations: Schema = {
    var schema = Schema("Annotations.", .map(values: text("The annotation's value.")))
    schema.keys = TextFormat("the name of an annotation such as \"example.org/owner\"", maxLength: 317) {
      TextFormat.labelName.matches($0.lowercased())
    }
    return schema
  }()

  /// The API server bounds an object as a whole.
  private static func text(_ description: String) -> Schema { .text(description, .any(1 << 20)) }

  private static func objects(_ description: String) -> Schema {
    Schema(description, .list(items: Schema("An entry.", .anyObject), kind: .atomic))
  }
}
