// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Testing

@Suite struct KernelVersionTests {
  @Test(arguments: [
    ("6.18.38-talos", 6, 18), ("5.15.0-91-generic", 5, 15), ("6.1.0-custom+", 6, 1), ("5.10", 5, 10),
    ("4.18.0-553.el8_10.x86_64", 4, 18), ("5.11-rc1", 5, 11),
  ])
  func isReadFromARelease(_ release: String, _ major: Int, _ minor: Int) {
    #expect(KernelVersion(release) == KernelVersion(major, minor))
  }

  @Test(arguments: ["", "6", "6.", ".5", "v5.10", "linux", "-1.2", "99999999999999999999.1", "٦.١"])
  func isNotMadeUp(_ release: String) {
    #expect(KernelVersion(release) == nil)
  }

  @Test func ordersByNumbersAndNotByText() {
    #expect(KernelVersion(5, 9) < .minimum)
    #expect(KernelVersion(5, 11) == .minimum)
    #expect(KernelVersion(4, 19) < KernelVersion(5, 4))
    #expect("\(KernelVersion.minimum)" == "5.11")
  }
}
