// SPDX-License-Identifier: Apache-2.0

/// How far a transfer has come: its phase, and what of that is the proxy's.
struct TransferStep: Equatable {
  var phase: TransportError.Phase
  /// The proxy's host and port, if there is one.
  var proxy: String?
  /// Whether the response has begun, but its head is not complete. The phase is that of the body then: something came.
  var isInHead = false
  /// Whether the proxy, and not the host, is what we deal with.
  var isAtProxy = false
  /// The status that the proxy answered to CONNECT, or 0.
  var connectStatus = 0
  /// Whether the proxy is connected, and is to open a tunnel.
  var isTunnelling = false
  /// Whether it waits for a connection to become free.
  var isQueued = false

  /// What an error's cause begins with.
  var word: String {
    if isQueued { return "waiting for a free connection" }
    if phase == .body, isInHead { return TransportError.Phase.firstByte.word }
    return isTunnelling ? "CONNECT" : phase.word
  }

  /// The cause with the proxy named: in front if it is the proxy's, at the end if it was only passed through.
  func naming(_ cause: String) -> String {
    guard let proxy else { return cause }
    return isAtProxy ? "proxy \(proxy): \(cause)" : "\(cause) (through proxy \(proxy))"
  }
}
