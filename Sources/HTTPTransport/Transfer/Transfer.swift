// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc

/// One request on its way: the easy handle, what has come of the response, and who waits for it.
///
/// Confined to the thread of ``CurlExecutor``, like all that libcurl's callbacks reach.
final class Transfer {
  typealias Head = (status: Int, headers: [HTTPField])
  typealias HeadWaiter = CheckedContinuation<Result<Head, TransportError>, Never>
  typealias ChunkWaiter = CheckedContinuation<Result<[UInt8]?, TransportError>, Never>

  /// How much of a body waits for its reader before the socket is no longer read.
  static let bufferSize = 256 << 10

  let id: Int
  let host: String
  /// Whether it gets a connection that no other uses.
  let isOwn: Bool
  /// Whose connections it may share.
  let poolKey: ConnectionPools.Key
  /// The pool that it draws from, while it does.
  var pool: Int?
  private(set) var easy: UnsafeMutableRawPointer?
  private(set) var isEnded = false

  private var setup: EasySetup?
  private let request: HTTPRequest
  private let target: RequestTarget
  private var clock: DeadlineClock
  private var phase = TransportError.Phase.connect
  /// Opened to connect this transfer, several if addresses are tried side by side.
  private var sockets: [Int32] = []
  private var head = HeadParser()
  private var finishedHead: Head?
  private var buffer: [UInt8] = []
  private var received = 0
  private var isPaused = false
  private var failure: TransportError?
  /// An address of the host to which it must not go.
  private var refusedAddress: IPAddress?
  private var headWaiter: HeadWaiter?
  private var chunkWaiter: ChunkWaiter?

  init(id: Int, _ request: HTTPRequest, _ target: RequestTarget, now: ContinuousClock.Instant) {
    self.id = id
    self.host = target.host
    isOwn = request.ownConnection
    poolKey = ConnectionPools.Key(request, target)
    self.request = request
    self.target = target
    clock = DeadlineClock(request.deadlines, start: now)
  }

  deinit {
    if let easy { curl_easy_cleanup(easy) }
  }

  // MARK: From start to end

  /// - Parameter pool: the connections that it may use, or nil for one of its own.
  func start(
    userAgent: String, pool: UnsafeMutableRawPointer?, now: ContinuousClock.Instant
  ) throws(TransportError) -> UnsafeMutableRawPointer {
    let setup = try EasySetup(
      request, target, userAgent: userAgent, pool: pool, context: Unmanaged.passUnretained(self).toOpaque())
    self.setup = setup
    easy = setup.easy
    clock.began(now)
    return setup.easy
  }

  /// What libcurl's result means for this transfer.
  func outcome(_ code: CURLcode) -> Result<Void, TransportError> {
    if let failure { return .failure(failure) }
    guard code != CURLE_OK else {
      guard finishedHead == nil else { return .success(()) }
      return .failure(error(.broken, "response: malformed: it has no head"))
    }
    if code == CURLE_OUT_OF_MEMORY, phase != .connect, finishedHead == nil {
      // That is how libcurl 7.88 calls it.
      return .failure(error(.tooLarge, "response: a line of its head is longer than the 100 KiB that libcurl accepts"))
    }
    if code == CURLE_COULDNT_CONNECT, let refusedAddress {
      return .failure(error(.addressRefused, "connect: \(refusedAddress) is a link-local address"))
    }
    guard let easy, let setup else { return .failure(error(.broken, String(cString: curl_easy_strerror(code)))) }
    let verdict = CurlVerdict(
      code: code, easy: easy, message: setup.message, step: step,
      showedCertificate: request.tls.clientCertificate != nil)
    return .failure(verdict.error(host: host))
  }

  /// Frees the handle, which must have left the multi handle, and resumes the waiter.
  func end(_ result: Result<Void, TransportError>) {
    guard !isEnded else { return }
    isEnded = true
    if case .failure(let error) = result {
      failure = error
      if error.kind == .cancelled { buffer = [] }
    }
    if let easy { curl_easy_cleanup(easy) }
    easy = nil
    setup = nil
    serveWaiters()
  }

  // MARK: Readers

  func waitForHead(_ waiter: HeadWaiter) {
    headWaiter = waiter
    serveWaiters()
  }

  func waitForChunk(_ waiter: ChunkWaiter, now: ContinuousClock.Instant) {
    guard chunkWaiter == nil else {
      return waiter.resume(returning: .failure(.invalid(host, "the body is read by two tasks at a time")))
    }
    chunkWaiter = waiter
    serveWaiters()
    guard isPaused, buffer.isEmpty, let easy else { return }
    isPaused = false
    clock.touched(now)
    // May call the write callback before it returns.
    curl_easy_pause(easy, ccurl_continue)
  }

  private func serveWaiters() {
    if let waiter = headWaiter {
      if let finishedHead {
        headWaiter = nil
        waiter.resume(returning: .success(finishedHead))
      } else if let failure, isEnded {
        headWaiter = nil
        waiter.resume(returning: .failure(failure))
      }
    }
    guard let waiter = chunkWaiter, !buffer.isEmpty || isEnded else { return }
    chunkWaiter = nil
    if !buffer.isEmpty {
      let chunk = buffer
      buffer = []
      waiter.resume(returning: .success(chunk))
    } else if let failure {
      waiter.resume(returning: .failure(failure))
    } else {
      waiter.resume(returning: .success(nil))
    }
  }

  // MARK: Deadlines

  var nextDeadline: ContinuousClock.Instant? { isEnded ? nil : clock.next(isPaused: isPaused)?.instant }

  func overdue(_ now: ContinuousClock.Instant) -> TransportError? {
    guard !isEnded, let due = clock.next(isPaused: isPaused), due.instant <= now else { return nil }
    return error(.timedOut, due.cause(in: step.word))
  }

  /// Before the request is sent, the sockets tell how far it came: libcurl's own times only come once all is done.
  var step: TransferStep {
    var step = TransferStep(phase: phase, proxy: target.proxy?.name, isInHead: finishedHead == nil)
    guard phase == .connect else { return step }
    guard let easy else {
      step.isQueued = !isEnded
      return step
    }
    step.connectStatus = ccurl_get_long(easy, CURLINFO_HTTP_CONNECTCODE)
    let hasTunnel = (200..<300).contains(step.connectStatus)
    step.isAtProxy = target.proxy != nil && !hasTunnel
    if sockets.isEmpty {
      step.phase = .resolve
    } else if sockets.contains(where: Self.isConnected) {
      step.isTunnelling = step.isAtProxy && target.isTLS
      step.phase = target.isTLS && !step.isAtProxy ? .tls : .connect
    }
    return step
  }

  private static func isConnected(_ socket: Int32) -> Bool {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(socket, $0, &length) == 0 }
    }
  }

  // MARK: Called back by libcurl

  /// Opens a socket, one that a child process does not inherit, unless the address is refused.
  func openSocket(_ family: Int32, _ type: Int32, _ proto: Int32, to address: IPAddress?) -> Int32 {
    if request.refusesLinkLocal, let address, address.isLinkLocal {
      refusedAddress = address
      return CURL_SOCKET_BAD
    }
    let descriptor = socket(family, type | Int32(SOCK_CLOEXEC.rawValue), proto)
    if descriptor >= 0 { sockets.append(descriptor) }
    return descriptor
  }

  /// The connection stands and the request is about to be sent; false ends the transfer, and libcurl closes the
  /// connection.
  func connectionIsReady() -> Bool {
    if request.tls.requiresAlternativeName, target.isTLS, !request.tls.insecureSkipVerify, let easy,
      ServerCertificate(easy)?.hasAlternativeName == false
    {
      let cause = "tls: certificate has a common name but no subject alternative name"
      failure = TransportError(
        kind: .untrusted, phase: .tls, host: host, cause: step.naming(cause), tlsFault: .noAlternativeName)
      return false
    }
    phase = request.body?.isEmpty ?? true ? .firstByte : .send
    clock.connected(.now)
    return true
  }

  /// Bytes went out or came in, perhaps.
  func progressed(uploaded: Int, downloaded: Int) {
    guard clock.moved(uploaded: uploaded, downloaded: downloaded, .now) else { return }
    if phase == .send, uploaded >= request.body?.count ?? 0 { phase = .firstByte }
  }

  /// One line of the head, or of the trailers; false ends the transfer.
  func receivedHeaderLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    clock.touched(.now)
    phase = .body
    do throws(HeadParser.Refusal) {
      guard finishedHead == nil else {
        try self.head.takeTrailer(line)
        return true
      }
      guard let head = try self.head.take(line) else { return true }
      finishedHead = request.acceptsCompression ? try ContentCoding.decoded(head) : head
    } catch {
      failure = self.error(error.kind, "response: \(error.cause)")
      return false
    }
    serveWaiters()
    return true
  }

  /// What becomes of a piece of the body.
  enum Reception {
    case taken, paused, refused
  }

  func receivedBody(_ bytes: UnsafeBufferPointer<UInt8>) -> Reception {
    clock.touched(.now)
    guard buffer.count < Self.bufferSize else {
      isPaused = true
      return .paused
    }
    received += bytes.count
    if let limit = request.bodyLimit, received > limit {
      failure = error(.tooLarge, "body: more than the \(limit) bytes accepted")
      return .refused
    }
    buffer.append(contentsOf: bytes)
    serveWaiters()
    return .taken
  }

  private func error(_ kind: TransportError.Kind, _ cause: String) -> TransportError {
    let step = step
    return TransportError(kind: kind, phase: step.phase, host: host, cause: step.naming(cause))
  }
}
