// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import JSON
import YAML

// Reads one list with our parsers and with Foundation's, and prints speed and memory of each. It is a program of its own
// because Foundation must be linked into nothing else here.
let count = 10_000
let value = SampleList.value(count)
let json = JSONWriter.bytes(value, order: .asGiven)
let yaml = Array(YAMLEncoder.text(value, order: .asGiven).utf8)

func inUse() -> Int {
  let memory = mallinfo2()
  return Int(memory.uordblks) + Int(memory.hblkhd)
}

struct Measured {
  var rate: Double
  var bytes: Int
}

/// Seconds of a processor that this thread has had: others use the machine as well.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The best of some runs; memory is the same each time.
func measure(_ decoder: Decoder, _ text: [UInt8]) throws -> Measured {
  var best = Double.infinity
  var bytes = 0
  let runs = 5
  for _ in 0..<runs {
    let before = inUse()
    let start = processorTime()
    let result = try decoder.decode(text)
    best = min(best, processorTime() - start)
    bytes = inUse() - before
    guard result.count == count else { throw Misread(name: decoder.name, count: result.count) }
    withExtendedLifetime(result.held) {}
  }
  return Measured(rate: Double(text.count) / 1e6 / best, bytes: bytes / count)
}

struct Misread: Error {
  let name: String
  let count: Int
}

/// `≥ 36.9 reached`: the fastest of Foundation's for speed, and for memory what the decoder is to stay below.
func verdicts(_ decoder: Decoder, _ measured: Measured, fastest: Double) -> String {
  func verdict(_ sign: String, _ aim: String, _ isReached: Bool) -> String {
    "\(sign) \(aim) \(isReached ? "reached" : "missed")"
  }
  let most = decoder.bytesAim ?? .max
  return "\(verdict("≥", tenths(fastest), measured.rate >= fastest)) | \(measured.bytes) | "
    + "\(verdict("≤", "\(most)", measured.bytes <= most)) |"
}

func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

print("\(count) ConfigMaps: \(json.count / count) bytes of JSON each, \(yaml.count / count) bytes of YAML\n")
print("| decoder | MB per second of CPU | fastest of Foundation's | bytes per object | aim |")
print("|---|---|---|---|---|")
let measured = try Decoder.all.map { ($0, try measure($0, json)) }
let fastest = measured.filter { $0.0.bytesAim == nil }.map(\.1.rate).max() ?? 0
for (decoder, figures) in measured {
  let rest = decoder.bytesAim == nil ? " | \(figures.bytes) | |" : verdicts(decoder, figures, fastest: fastest)
  print("| \(decoder.name) | \(tenths(figures.rate)) | \(rest)")
}
let figures = try measure(.yaml, yaml)
print("| \(Decoder.yaml.name) | \(tenths(figures.rate)) | Foundation has none | \(figures.bytes) | |")
