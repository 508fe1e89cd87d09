// SPDX-License-Identifier: Apache-2.0

/// Where Cozystack's monitoring of a tenant takes metrics in and answers queries.
///
/// Each storage of a tenant is a VMCluster whose Services are `vminsert-<storage>` and `vmselect-<storage>`.
public enum CozystackMonitoring {
  /// The remote-write address of a storage.
  public static func writeURL(namespace: String, storage: String, port: Int = 8480) -> String {
    writeURL(host: "vminsert-\(storage).\(namespace).svc", port: port)
  }

  /// The remote-write address of a vminsert.
  public static func writeURL(host: String, port: Int) -> String {
    "http://\(host):\(port)/insert/0/prometheus/api/v1/write"
  }

  /// The base of the Prometheus query API of a storage, without `/api/v1`.
  public static func readURL(namespace: String, storage: String, port: Int = 8481) -> String {
    readURL(host: "vmselect-\(storage).\(namespace).svc", port: port)
  }

  /// The base of the Prometheus query API of a vmselect, without `/api/v1`.
  public static func readURL(host: String, port: Int) -> String {
    "http://\(host):\(port)/select/0/prometheus"
  }
}
