// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPTransport

@testable import Backends

/// A current ClickHouse engine: chdb from PyPI, which runs inside Python, behind as much of the HTTP interface as the check
/// uses. It has one user and no other rights than all.
struct ChdbFront {
  /// A Python that has chdb: `CHDB_PYTHON`, or what `.ci/install-chdb.sh` made.
  static let python: String? = {
    let named = getenv("CHDB_PYTHON").map { String(cString: $0) }
    var folder = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard getcwd(&folder, folder.count) != nil else { return nil }
    let here = folder.withUnsafeBufferPointer {
      String(decoding: $0.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    return [named, "\(here)/.build/chdb/bin/python"].compactMap { $0 }.first { Glibc.access($0, X_OK) == 0 }
  }()

  let port: Int
  private let server: LocalServer

  init() throws {
    port = try LocalServer.freePorts(1)[0]
    server = try LocalServer()
    try server.write(Self.script, to: "front.py")
  }

  var url: String { "http://127.0.0.1:\(port)/" }
  var access: ClickHouseAccess { .example(host: "127.0.0.1", port: port, password: "hunter2") }

  func run(_ transport: any HTTPTransport, _ body: () async throws -> Void) async throws {
    let arguments = [Self.python ?? "", "\(server.folder)/front.py", "\(port)", "otel", "hunter2"]
    try await server.run(arguments, pingAt: url, transport, body)
  }

  /// The engine's own words about an error are passed on; its code is the header's.
  private static let script = #"""
    import http.server, re, sys, threading, urllib.parse
    from chdb import session

    port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    engine, lock = session.Session("data"), threading.Lock()

    class Front(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self, status, body, code=None):
            self.send_response(status)
            if code:
                self.send_header("X-ClickHouse-Exception-Code", code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.reply(200 if self.path == "/ping" else 404, b"Ok.\n")

        def do_POST(self):
            statement = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            if (self.headers["X-ClickHouse-User"], self.headers["X-ClickHouse-Key"]) != (user, password):
                text = "Code: 516. DB::Exception: %s: Authentication failed. (AUTHENTICATION_FAILED)\n" % user
                return self.reply(403, text.encode(), "516")
            try:
                with lock:
                    name = query.get("database", ["default"])[0]
                    engine.query("USE `%s`" % name.replace("\\", "\\\\").replace("`", "\\`"))
                    self.reply(200, engine.query(statement, query["default_format"][0]).bytes() or b"")
            except Exception as error:
                text = str(error)
                found = re.search(r"Code: (\d+)", text)
                self.reply(500, text[found.start():].encode() if found else text.encode(), found and found.group(1))

        def log_message(self, *arguments):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", port), Front).serve_forever()
    """#
}
