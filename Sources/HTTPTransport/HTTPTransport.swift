// SPDX-License-Identifier: Apache-2.0

/// Something that carries HTTP requests: libcurl in the operator, a script in a test.
public protocol HTTPTransport: Sendable {
  /// Sends the request and returns once the response's head is there; the body streams.
  ///
  /// Cancelling the task at any point, also while the body is read, ends the transfer and frees its connection.
  ///
  /// - Throws: ``TransportError``; a status of any number is not an error here.
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse

  /// Lets no kept-alive connection of now serve a later request, and closes them as soon as no running request uses them.
  ///
  /// For when the certificate authorities or our certificate changed.
  func closeIdleConnections() async
}

extension HTTPTransport {
  /// A transport without connections has none to close.
  public func closeIdleConnections() async {}
}
