// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// Where a redirected request should have gone, as the address to set instead.
enum Redirection {
  /// The address that a `Location` stands for, without what the check added to its request, and without credentials.
  ///
  /// - Parameters:
  ///   - location: what the server wrote: an absolute URL, or a reference relative to the request (RFC 9110, 10.2.2).
  ///   - requested: the URL that was requested.
  ///   - asked: the address that the check was given.
  /// - Returns: nil if it is no URL that could be used.
  static func target(
    _ location: String, of requested: BackendURL, asked: BackendURL, side: BackendVerdict.Side
  ) -> String? {
    let reference = location.prefix { $0 != "#" }.drop { $0.isWhitespace }
    guard let url = try? BackendURL(absolute(String(reference), requested)) else { return nil }
    var path = url.path
    if side == .read, path.hasSuffix(VictoriaMetricsCheck.queryPath) {
      path.removeLast(VictoriaMetricsCheck.queryPath.count)
    }
    let target = url.replacing(path: path)
    // A query of the server's own may hold a ticket of a login; what was given is asked for again.
    guard url.query == requested.query || url.query == asked.query, let query = asked.query else {
      return target.description
    }
    return target.adding(query: query).description
  }

  private static func absolute(_ reference: String, _ base: BackendURL) -> String {
    if reference.hasPrefix("//") { return "\(base.scheme.rawValue):\(reference)" }
    if reference.hasPrefix("/") { return base.origin + reference }
    let scheme = reference.prefix { $0 != ":" && $0 != "/" && $0 != "?" }
    guard reference.dropFirst(scheme.count).hasPrefix(":") == false else { return reference }
    let folder = base.path[..<(base.path.lastIndex(of: "/") ?? base.path.startIndex)]
    return "\(base.origin)\(folder)/\(reference)"
  }
}
