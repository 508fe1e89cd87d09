// SPDX-License-Identifier: Apache-2.0

import CLinux
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

/// The best of some runs, since others use the machine as well; memory is the same each time.
func measure(_ decoder: Decoder, _ text: [UInt8]) throws -> String {
  var best = Duration.seconds(3600)
  var bytes = 0
  let runs = 3
  for _ in 0..<runs {
    let before = inUse()
    let start = ContinuousClock().now
    let result = try decoder.decode(text)
    best = min(best, ContinuousClock().now - start)
    bytes = inUse() - before
    guard result.count == count else { return "| \(decoder.name) | read \(result.count) of \(count) objects | |" }
    withExtendedLifetime(result.held) {}
  }
  let rate = Double(text.count) / 1e6 / (best / .seconds(1))
  return "| \(decoder.name) | \((rate * 10).rounded() / 10) | \(bytes / count) |"
}

print("\(count) ConfigMaps: \(json.count / count) bytes of JSON each, \(yaml.count / count) bytes of YAML\n")
print("| decoder | MB per second | bytes per object |")
print("|---|---|---|")
for decoder in Decoder.all { print(try measure(decoder, json)) }
print(try measure(.yaml, yaml))
