// SPDX-License-Identifier: Apache-2.0

import JSON

/// A login as both integrations spell it.
struct StubLogin {
  var user = ""
  var password = ""

  var json: JSONValue { ["user": .string(user), "password": .string(password)] }

  static let hidden = StubLogin(user: "<hidden>", password: "<hidden>")
}

/// Reads members as Go's decoder does: absent and null are the zero value, another type is an error.
private struct FormReader {
  let form: JSONObject
  var isValid = true

  mutating func text(_ name: String) -> String { read(name, "") { $0.string } }
  mutating func flag(_ name: String) -> Bool { read(name, false) { $0.bool } }
  mutating func login(_ name: String) -> StubLogin? {
    read(name, nil) { value in
      guard let object = value.object else { return nil }
      var reader = FormReader(form: JSONObject(object.map { ($0.key.lowercased(), $0.value) }))
      let login = StubLogin(user: reader.text("user"), password: reader.text("password"))
      return reader.isValid ? login : nil
    }
  }

  mutating func read<Value>(_ name: String, _ zero: Value, _ convert: (JSONValue) -> Value?) -> Value {
    guard let value = form[name], !value.isNull else { return zero }
    guard let converted = convert(value) else {
      isValid = false
      return zero
    }
    return converted
  }
}

/// The Prometheus integration of a project.
struct PrometheusForm {
  var isGlobal = false
  var url = ""
  /// Milliseconds, of which whole seconds are kept.
  var refreshInterval = 30_000
  var skipsVerification = false
  var basicAuth: StubLogin?
  var extraSelector = ""
  var headers: [(key: String, value: String)] = []
  var remoteWriteURL = ""
  var usesClickHouse = false

  init() {}

  /// Nil if the server answers `invalid data`.
  init?(_ form: JSONObject?) {
    guard let form else { return nil }
    var reader = FormReader(form: form)
    isGlobal = reader.flag("global")
    url = reader.text("url")
    let interval = reader.read("refresh_interval", 0) { value in
      value.string.map { GoURL.milliseconds($0) } ?? value.integer.map { Int($0) }
    }
    refreshInterval = interval / 1000 == 0 ? 30_000 : interval / 1000 * 1000
    skipsVerification = reader.flag("tls_skip_verify")
    basicAuth = reader.login("basic_auth")
    extraSelector = reader.text("extra_selector")
    headers = reader.read("custom_headers", []) { value in
      value.array?.compactMap { header in
        guard let key = header["key"]?.string, let text = header["value"]?.string, Self.isField(key, text) else {
          return nil
        }
        return (key, text)
      }
    }
    remoteWriteURL = reader.text("remote_write_url")
    usesClickHouse = reader.flag("use_clickhouse")
    guard reader.isValid, GoURL(url) != nil, GoURL(remoteWriteURL) != nil,
      extraSelector.isEmpty || GoURL.isSelector(extraSelector)
    else { return nil }
  }

  private static func isField(_ key: String, _ value: String) -> Bool {
    !key.isEmpty && key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }
      && value.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x09 }
  }

  /// As GET shows it; to anybody but an Admin without addresses and secrets.
  func json(hidden: Bool) -> JSONValue {
    let login = basicAuth.map { hidden ? StubLogin.hidden.json : $0.json } ?? .null
    let shown: [JSONValue] = headers.map { header in
      ["key": .string(header.key), "value": .string(hidden ? "<hidden>" : header.value)]
    }
    func address(_ text: String) -> JSONValue { .string(hidden && !text.isEmpty ? "http://<hidden>" : text) }
    return [
      "global": .bool(isGlobal), "url": address(url), "refresh_interval": .integer(Int64(refreshInterval)),
      "tls_skip_verify": .bool(skipsVerification), "basic_auth": login, "extra_selector": .string(extraSelector),
      "custom_headers": shown.isEmpty ? .null : .array(shown), "remote_write_url": address(remoteWriteURL),
      "use_clickhouse": .bool(usesClickHouse),
    ]
  }
}

/// The ClickHouse integration of a project.
struct ClickHouseForm {
  var isGlobal = false
  /// `native`, `http`, which is ignored, or nothing, which is refused by the test.
  var scheme = "native"
  var address = ""
  var user = "default"
  var password = ""
  var database = "default"
  var isTLS = false
  var skipsVerification = false
  var authorityFile = ""

  init() {}

  /// Nil if the server answers `invalid data`.
  init?(_ form: JSONObject?) {
    guard let form else { return nil }
    var reader = FormReader(form: form)
    isGlobal = reader.flag("global")
    scheme = reader.text("protocol")
    address = reader.text("addr")
    let login = reader.login("auth") ?? StubLogin()
    (user, password) = (login.user, login.password)
    database = reader.text("database")
    isTLS = reader.flag("tls_enable")
    skipsVerification = reader.flag("tls_skip_verify")
    authorityFile = reader.text("tls_ca_file")
    // Go's SplitHostPort: an empty host passes.
    guard reader.isValid, address.wholeMatch(of: /(?:\[[^\[\]]*\]|[^:\[\]]*):[^:\[\]]*/) != nil else { return nil }
  }

  var isConfigured: Bool { !address.isEmpty }

  /// As GET shows it below `form`.
  func json(hidden: Bool) -> JSONValue {
    let login = hidden ? StubLogin.hidden : StubLogin(user: user, password: password)
    return [
      "global": .bool(isGlobal), "protocol": .string(scheme), "addr": .string(hidden ? "<hidden>" : address),
      "auth": login.json, "database": .string(database), "tls_enable": .bool(isTLS),
      "tls_skip_verify": .bool(skipsVerification), "tls_ca_file": .string(authorityFile),
    ]
  }
}
