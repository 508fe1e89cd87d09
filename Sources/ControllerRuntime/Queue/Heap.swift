// SPDX-License-Identifier: Apache-2.0

/// A binary heap with its least element on top.
package struct Heap<Element: Comparable & Sendable>: Sendable {
  package private(set) var elements: [Element] = []

  package init(_ elements: [Element] = []) {
    // A sorted array is a heap.
    self.elements = elements.sorted()
  }

  package var count: Int { elements.count }
  package var least: Element? { elements.first }

  package mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, elements[child] < elements[(child - 1) / 2] {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  @discardableResult
  package mutating func removeLeast() -> Element? {
    guard !elements.isEmpty else { return nil }
    elements.swapAt(0, elements.count - 1)
    let least = elements.removeLast()
    var parent = 0
    while let child = leastChild(of: parent), elements[child] < elements[parent] {
      elements.swapAt(child, parent)
      parent = child
    }
    return least
  }

  private func leastChild(of parent: Int) -> Int? {
    let left = 2 * parent + 1
    guard left < elements.count else { return nil }
    return left + 1 < elements.count && elements[left + 1] < elements[left] ? left + 1 : left
  }
}
