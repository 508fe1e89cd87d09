// SPDX-License-Identifier: Apache-2.0

public import DevCluster

extension CorootServer {
  /// Answers a request that came over a network. A process that has ended closes the connection.
  public func handle(_ request: APIRequest) -> APIResponse {
    let answer = handle(StubRequest(request.method, request.path, headers: request.headers, body: request.body))
    guard let answer else { return APIResponse(status: 500, body: .closeConnection) }
    return APIResponse(status: answer.status, headers: answer.headers, body: .bytes(answer.body))
  }

  /// Begins to listen; requests are answered while the server that is returned runs.
  ///
  /// - Parameter port: 0 for one that is free.
  /// - Throws: if the address cannot be had.
  public func listen(host: String = "127.0.0.1", port: Int = 0) async throws -> HTTPServer {
    try await HTTPServer(host: host, port: port, bodyLimit: 32 << 20) { self.handle($0) }
  }
}
