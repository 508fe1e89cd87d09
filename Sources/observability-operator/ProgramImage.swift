// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// The program's own code and constants, as they are mapped from its file (`elf(5)`, `getauxval(3)`).
enum ProgramImage {
  /// Lets go of what only starting, or a large amount of work, needed: about 5 MiB. What is still in use comes back from
  /// the page cache when it is touched next.
  ///
  /// The kernel maps whatever lies in the page cache around a page that is touched, so that nearly the whole file gets
  /// resident while a process starts, and stays so. Only segments that are never written are let go; nothing is lost
  /// (`madvise(2)`).
  static func giveBack() {
    guard let headers = UnsafePointer<Elf64_Phdr>(bitPattern: UInt(getauxval(UInt(AT_PHDR)))) else { return }
    let segments = UnsafeBufferPointer(start: headers, count: Int(getauxval(UInt(AT_PHNUM))))
    guard let own = segments.first(where: { $0.p_type == PT_PHDR }) else { return }
    let base = UInt(bitPattern: headers) - UInt(own.p_vaddr)
    let page = UInt(getpagesize())
    for segment in segments where segment.p_type == PT_LOAD && segment.p_flags & UInt32(PF_W) == 0 {
      let start = base + UInt(segment.p_vaddr)
      let first = (start + page - 1) / page * page
      let end = (start + UInt(segment.p_memsz)) / page * page
      guard first < end else { continue }
      madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), MADV_DONTNEED)
    }
  }
}
