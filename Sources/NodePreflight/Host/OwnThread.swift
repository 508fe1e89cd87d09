// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Runs the work on a new thread, waits for its end and returns what it returned.
///
/// The new thread begins with the namespaces and capabilities of the calling one; what that does meanwhile, it does for
/// itself.
func onOwnThread<Result>(
  _ work: @escaping @Sendable () -> Result, meanwhile: () -> Void = {}
) throws(HostError) -> Result {
  let job = Job(work)
  var thread = pthread_t()
  let pointer = Unmanaged.passRetained(job)
  let code = pthread_create(
    &thread, nil,
    { pointer in
      guard let pointer else { return nil }
      Unmanaged<AnyJob>.fromOpaque(pointer).takeRetainedValue().run()
      return nil
    }, pointer.toOpaque())
  guard code == 0 else {
    pointer.release()
    throw HostError(.other, "a thread could not be started: \(errorText(code))")
  }
  meanwhile()
  pthread_join(thread, nil)
  guard let result = job.result else { throw HostError(.other, "the thread ended without a result") }
  return result
}

/// Work whose result has no type that a C function pointer would have to know.
private class AnyJob {
  func run() {}
}

/// Work and its result; written by the thread, read after it was joined.
private final class Job<Result>: AnyJob {
  private let work: @Sendable () -> Result
  private(set) var result: Result?

  init(_ work: @escaping @Sendable () -> Result) {
    self.work = work
  }

  override func run() {
    result = work()
  }
}

/// The text of an errno value: `Permission denied`.
func errorText(_ code: CInt) -> String {
  var buffer = [CChar](repeating: 0, count: 128)
  guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
