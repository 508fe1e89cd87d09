// SPDX-License-Identifier: Apache-2.0

import JSON

extension PreflightReport {
  /// The termination message: ``json`` as one line, with the sentence cut short if it would be longer than ``limit``.
  public var terminationMessage: String {
    let whole = JSONWriter.text(json, order: .asGiven)
    guard whole.utf8.count > Self.limit else { return whole }
    var report = self
    report.message = "…"
    var room = Self.limit - JSONWriter.text(report.json, order: .asGiven).utf8.count
    let kept = message.prefix { character in
      // As it stands in JSON, without the quotation marks.
      room -= JSONWriter.text(.string(String(character))).utf8.count - 2
      return room >= 0
    }
    report.message = kept + "…"
    return JSONWriter.text(report.json, order: .asGiven)
  }
}
