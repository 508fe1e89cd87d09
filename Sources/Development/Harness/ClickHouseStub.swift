// SPDX-License-Identifier: Apache-2.0

import DevCluster
import HTTPTransport
import KubernetesCore
import Synchronization

/// A ClickHouse as far as the operator's check goes: it accepts one password and stores nothing.
public final class ClickHouseStub: Sendable {
  private struct State {
    var password = ""
    var statements: [String] = []
  }

  private let state = Mutex(State())

  /// The only password that it accepts; empty for any.
  public var password: String {
    get { state.withLock { $0.password } }
    set { state.withLock { $0.password = newValue } }
  }

  /// What it was sent, in order.
  public var statements: [String] { state.withLock { $0.statements } }

  /// Whether a request is for a ClickHouse.
  public static func takes(_ request: HTTPRequest) -> Bool { request.url.contains("default_format=JSONEachRow") }

  /// The status, the headers and the body of an answer.
  func answer(_ request: HTTPRequest) -> (status: Int, headers: [HTTPField], body: String) {
    let statement = String(decoding: request.body ?? [], as: UTF8.self)
    let isKnown = state.withLock { state in
      state.statements.append(statement)
      return state.password.isEmpty || Self.passwords(request).contains(state.password)
    }
    guard isKnown else {
      return (
        403, [HTTPField("X-ClickHouse-Exception-Code", "516")],
        "Code: 516. DB::Exception: coroot: Authentication failed (AUTHENTICATION_FAILED) (version 24.9.2.42)\n"
      )
    }
    return (200, [], ClickHouseStandIn.rows(statement).map { $0 + "\n" }.joined())
  }

  private static func passwords(_ request: HTTPRequest) -> [String] {
    request.headers.compactMap { field in
      if field.name == "X-ClickHouse-Key" { return field.value }
      guard field.name == "Authorization", let login = Base64.decode(String(field.value.dropFirst("Basic ".count)))
      else {
        return nil
      }
      return String(decoding: login.split(separator: UInt8(ascii: ":"), maxSplits: 1).last ?? [], as: UTF8.self)
    }
  }
}
