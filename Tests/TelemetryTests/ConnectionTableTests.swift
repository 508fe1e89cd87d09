// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Telemetry

@Suite("The table of connections") struct ConnectionTableTests {
  private func table(_ count: Int, limit: Int = 4, outputLimit: Int = 100) throws -> (ConnectionTable, [Int]) {
    var table = ConnectionTable(limit: limit, outputLimit: outputLimit)
    var ids: [Int] = []
    for _ in 0..<count {
      let admitted = table.admit()
      ids.append(try #require(admitted).id)
    }
    return (table, ids)
  }

  private func expect(
    _ table: inout ConnectionTable, _ id: Int, _ bytes: Int, removes expected: [Int],
    location: SourceLocation = #_sourceLocation
  ) {
    let removed = table.isWritten(id, bytes: bytes)
    #expect(removed == expected, sourceLocation: location)
  }

  @Test("A further connection takes the place of the one that was idle longest") func bound() throws {
    var (table, ids) = try table(4)
    table.isAsked(ids[0])
    table.waits(ids[1])
    let admitted = table.admit()
    #expect(admitted?.removed == ids[2])
    #expect(table.turn(of: ids[2]) == nil && table.turn(of: ids[0]) != nil)
  }

  @Test("No connection gives way while its request is being answered") func answered() throws {
    var (table, ids) = try table(2, limit: 2)
    for id in ids { table.isAsked(id) }
    let refused = table.admit()
    #expect(refused == nil)
    table.waits(ids[1])
    let admitted = table.admit()
    #expect(admitted?.removed == ids[1])
  }

  @Test("Output counts from the write until it is taken or the connection is closed") func output() throws {
    var (table, ids) = try table(3)
    expect(&table, ids[0], 40, removes: [])
    expect(&table, ids[1], 50, removes: [])
    #expect(table.output == 90)
    table.isTaken(ids[0])
    #expect(table.output == 50)
    table.isTaken(ids[0])
    table.remove(ids[1])
    table.isTaken(ids[1])
    table.remove(ids[1])
    expect(&table, ids[1], 1000, removes: [])
    #expect(table.output == 0)
  }

  @Test("When too much output waits, the connections that have not read for the longest time give way") func limit()
    throws
  {
    var (table, ids) = try table(4)
    for id in ids[..<3] { expect(&table, id, 33, removes: []) }
    // What it had was read, so it has stalled since its second answer only.
    table.isTaken(ids[0])
    expect(&table, ids[0], 34, removes: [])
    expect(&table, ids[3], 40, removes: [ids[1], ids[2]])
    #expect(table.output == 74)
  }

  @Test("An answer that is longer than the limit is written, alone") func longAnswer() throws {
    var (table, ids) = try table(3)
    expect(&table, ids[0], 60, removes: [])
    expect(&table, ids[2], 500, removes: [ids[0]])
    #expect(table.output == 500)
    expect(&table, ids[1], 1, removes: [ids[2]])
    #expect(table.output == 1)
  }

  @Test("A connection that stalls gives way to a new one before those that asked later") func stalled() throws {
    var (table, ids) = try table(2, limit: 2)
    table.isAsked(ids[0])
    expect(&table, ids[0], 1, removes: [])
    table.waits(ids[0])
    table.isAsked(ids[1])
    table.waits(ids[1])
    let admitted = table.admit()
    #expect(admitted?.removed == ids[0])
    #expect(table.output == 0)
  }
}
