// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Testing

@Suite struct LabelSelectorTests {
  @Test func texts() throws {
    let selector = try LabelSelector([
      .equals("app.kubernetes.io/name", "a"), .isIn("tier", ["x", "y"]), .exists("e"), .isAbsent("f"), .equals("g", ""),
    ])
    #expect(selector.description == "app.kubernetes.io/name=a,tier in (x,y),e,!f,g=")
    #expect(try LabelSelector(matching: ["b": "2", "a": "1"]).description == "a=1,b=2")
  }

  @Test(arguments: [
    LabelSelector.Requirement.equals("a", "b,c=d"), .equals("a=b", "c"), .equals("", "c"), .isIn("a", []),
    .isIn("a", ["b)"]), .exists("A.com/x"), .exists("a/b/c"), .exists("-a"), .isAbsent("a-"), .exists("/a"),
    .equals("a", String(repeating: "x", count: 64)),
  ])
  func whatWouldMeanSomethingElseIsRefused(_ requirement: LabelSelector.Requirement) {
    #expect(throws: LabelSelector.Invalid.self) { try LabelSelector([requirement]) }
  }
}
