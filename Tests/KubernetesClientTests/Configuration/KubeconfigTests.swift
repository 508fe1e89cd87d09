// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPTransport
import KubernetesCore
import Testing

@testable import KubernetesClient

@Suite struct KubeconfigTests {
  private static let full = """
    apiVersion: v1
    kind: Config
    current-context: dev
    clusters:
    - name: dev
      cluster: {server: "https://dev:6443/", certificate-authority: pki/ca.crt, tls-server-name: api.dev}
    - name: lab
      cluster: {server: "http://127.0.0.1:8080", insecure-skip-tls-verify: true}
    users:
    - name: admin
      user: {client-certificate-data: CERTIFICATE, client-key: /k/admin.key}
    - name: robot
      user: {tokenFile: token, token: ignored}
    - name: human
      user: {username: ann, password: secret}
    - name: static
      user: {token: abc}
    contexts:
    - name: dev
      context: {cluster: dev, user: admin, namespace: cozy}
    - name: lab
      context: {cluster: lab, user: robot}
    - name: human
      context: {cluster: lab, user: human}
    - name: static
      context: {cluster: lab, user: static}
    - name: nobody
      context: {cluster: lab}
    """.replacing("CERTIFICATE", with: Base64.encode(Files.certificate.utf8))

  private static let files = [
    "/home/me/config": full, "/home/me/pki/ca.crt": Files.certificate, "/k/admin.key": Files.key,
    "/home/me/token": "t\n", "/k/text": "hello",
  ]

  private func load(_ context: String?, _ files: [String: String] = Self.files) throws -> ClusterConfiguration {
    try ClusterConfiguration.discover(
      kubeconfig: "/home/me/config", context: context, environment: [:], read: Files.reader(files))
  }

  @Test func currentContextWithCertificates() throws {
    let configuration = try load(nil)
    #expect(configuration.server == "https://dev:6443")
    #expect(configuration.namespace == "cozy")
    #expect(configuration.credentials == .none)
    #expect(
      configuration.tls
        == TLSOptions(
          certificateAuthorities: Array(Files.certificate.utf8), clientCertificate: Array(Files.certificate.utf8),
          clientKey: Array(Files.key.utf8), serverName: "api.dev"))
    #expect(configuration.certificateAuthorityFile == "/home/me/pki/ca.crt")
    // Half of the pair stands in the kubeconfig itself.
    #expect(configuration.clientCertificateFiles == nil)
    #expect(configuration.acceptsCompression && configuration.proxy == nil && configuration.impersonation == nil)
  }

  @Test(arguments: [
    ("lab", ClusterConfiguration.Credentials.tokenFile("/home/me/token")),
    ("human", .basic(user: "ann", password: "secret")), ("static", .token("abc")), ("nobody", .none),
  ])
  func explicitContexts(_ context: String, _ credentials: ClusterConfiguration.Credentials) throws {
    let configuration = try load(context)
    #expect(configuration.credentials == credentials)
    #expect(configuration.server == "http://127.0.0.1:8080")
    #expect(configuration.tls.insecureSkipVerify)
    #expect(configuration.namespace == "default")
  }

  @Test("A context whose user is missing, null or empty works without credentials, as in client-go")
  func aContextWithoutAUserHasNoCredentials() throws {
    for user in ["", ", user: null", ", user: ''", ", user: \"\", namespace: ''"] {
      var files = Self.files
      files["/home/me/config"] = Self.changed("context: {cluster: lab}", "context: {cluster: lab\(user)}")
      let configuration = try load("nobody", files)
      #expect(configuration.credentials == .none, "\(user)")
      #expect(configuration.tls.clientCertificate == nil && configuration.impersonation == nil, "\(user)")
      #expect(configuration.namespace == "default", "\(user)")
    }
  }

  @Test("A kubeconfig as kubectl writes it, with null lists and empty names, is read")
  func whatKubectlLeavesEmptyIsRead() throws {
    let text = """
      apiVersion: v1
      kind: Config
      preferences: {}
      current-context: ""
      users: null
      clusters: [{name: x, cluster: {server: HTTPS://a:6443//, proxy-url: "", tls-server-name: null}}]
      contexts: [{name: c, context: {cluster: x, user: "", namespace: null}}, {name: d, context: {cluster: "", user: ""}}]
      """
    let files = ["/home/me/config": text]
    #expect(try load("c", files) == ClusterConfiguration(server: "HTTPS://a:6443"))
    let error = #expect(throws: ConfigurationError.self) { try load("d", files) }
    #expect(error?.description.contains("contexts[1].context.cluster: a name of one of clusters is needed") == true)
    #expect(throws: ConfigurationError.self) { try load(nil, files) }
  }

  @Test func listsAreMergedAndTheFirstWins() throws {
    let files = [
      "/a": "{kind: Config, clusters: [{name: x, cluster: {server: 'https://a'}}], current-context: two}",
      "/b": """
      clusters: [{name: x, cluster: {server: 'https://b'}}]
      contexts: [{name: one, context: {cluster: x}}, {name: two, context: {cluster: x, namespace: ours}}]
      current-context: one
      """,
    ]
    let configuration = try ClusterConfiguration.discover(
      kubeconfig: nil, context: nil, environment: ["KUBECONFIG": "/missing:/a:/b"], read: Files.reader(files))
    #expect(configuration == ClusterConfiguration(server: "https://a", namespace: "ours"))
  }

  @Test func eachFileOfAListHasItsOwnFolder() throws {
    let files = [
      "/a/config": "kind: Config", "/b/config": "",
      "/c/config":
        "clusters: [{name: x, cluster: {server: 'https://c', certificate-authority: ca.crt, disable-compression: true}}]",
      "/d/config": """
      contexts: [{name: one, context: {cluster: x, user: me}}]
      users: [{name: me, user: {client-certificate: me.crt, client-key: ../me.key}}]
      current-context: one
      """,
      "/c/ca.crt": Files.certificate, "/d/me.crt": Files.certificate, "/d/../me.key": Files.key,
    ]
    let configuration = try ClusterConfiguration.discover(
      kubeconfig: nil, context: nil, environment: ["KUBECONFIG": ":/a/config::/b/config:/missing:/c/config:/d/config:"],
      read: Files.reader(files))
    #expect(configuration.certificateAuthorityFile == "/c/ca.crt")
    #expect(configuration.clientCertificateFiles == .init(certificate: "/d/me.crt", key: "/d/../me.key"))
    #expect(!configuration.acceptsCompression)
  }

  @Test func impersonation() throws {
    var files = Self.files
    files["/home/me/config"] = Self.changed(
      "{token: abc}", "{token: abc, as: jane, as-uid: '7', as-groups: [dev], as-user-extra: {scopes: [a, b]}}")
    let configuration = try load("static", files)
    #expect(configuration.credentials == .token("abc"))
    #expect(
      configuration.impersonation
        == Impersonation(user: "jane", uid: "7", groups: ["dev"], extra: ["scopes": ["a", "b"]]))
  }

  /// As a shell of Windows redirects it.
  @Test(arguments: [true, false])
  func utf16(_ isLittleEndian: Bool) throws {
    let bytes = ([0xfeff] + Array(Self.full.utf16)).flatMap { unit in
      isLittleEndian ? [UInt8(unit & 0xff), UInt8(unit >> 8)] : [UInt8(unit >> 8), UInt8(unit & 0xff)]
    }
    let kubeconfig = try Kubeconfig.parse(bytes, file: "/f")
    #expect(kubeconfig.contexts.map(\.name) == ["dev", "lab", "human", "static", "nobody"])
    for broken in [Array(bytes.dropLast()), Array(bytes.prefix(2)) + (isLittleEndian ? [0, 0xd8] : [0xd8, 0])] {
      #expect(throws: ConfigurationError("/f: neither UTF-8 nor UTF-16; save it as UTF-8")) {
        try Kubeconfig.parse(broken, file: "/f")
      }
    }
  }

  @Test func jsonIsAKubeconfigToo() throws {
    let json =
      #"{"clusters":[{"name":"x","cluster":{"server":"https://a"}}],"users":null,"#
      + #""contexts":[{"name":"c","context":{"cluster":"x"}}],"current-context":"c"}"#
    #expect(try load(nil, ["/home/me/config": json]).server == "https://a")
  }

  private static func changed(_ from: String, _ to: String) -> String {
    precondition(full.contains(from))
    return full.replacing(from, with: to)
  }

  /// What is wrong with a file, and the whole line that says so, without the file's name.
  @Test(
    arguments: [
      ("a: [", nil, "not YAML: line "),
      ("- a", nil, "not a kubeconfig (found array); it must have clusters, users and contexts"),
      ("kind: Pod\nmetadata: {}", nil, "not a kubeconfig (found kind Pod); it must have clusters, users and contexts"),
      ("clusters: {}", nil, "clusters: expected array, found object"),
      ("clusters: [a]", nil, "clusters[0]: expected object, found string"),
      ("users: [{user: {}}]", nil, "users[0].name: a name is needed"),
      ("contexts: [{name: a, context: 3}]", nil, "contexts[0].context: expected object, found integer"),
      ("clusters: []\ncurrent-context: 5", nil, "current-context: expected string, found integer"),
      (
        changed("current-context: dev", "#"), nil,
        "current-context: not set; it has dev, lab, human, static, nobody: name one"
      ),
      (full, "prod", "no context prod; it has dev, lab, human, static, nobody"),
      ("clusters: []", "prod", "no context prod; it has none"),
      (
        changed("user: admin,", "user: boss,"), nil,
        "contexts[0].context.user: boss is not in users; there are admin, robot"
      ),
      (changed("cluster: dev,", ""), nil, "contexts[0].context.cluster: a name of one of clusters is needed"),
      (changed("\"https://dev:6443/\"", "''"), nil, "clusters[0].cluster.server: the URL of the API server is needed"),
      (changed("\"https://dev:6443/\"", "'http://'"), nil, "clusters[0].cluster.server: http://: the URL has no host"),
      (changed("\"https://dev:6443/\"", "'http:///dev'"), nil, "cluster.server: http:///dev: the URL has no host"),
      (changed("\"https://dev:6443/\"", "'https:dev'"), nil, "server: https:dev is not an http or https URL"),
      (
        changed("\"https://dev:6443/\"", "'https://u:secret@dev:99999999'"), nil,
        "clusters[0].cluster.server: …@dev:99999999: the port is not a number from 1 to 65535"
      ),
      (changed("\"https://dev:6443/\"", "'https://dev:0'"), nil, "the port is not a number from 1 to 65535"),
      (
        changed("\"https://dev:6443/\"", #""https://dev/a\r\nX-Other: 1""#), nil,
        #"server: https://dev/a X-Other: 1: a URL is visible ASCII, with everything else percent-encoded"#
      ),
      (changed("\"https://dev:6443/\"", "'https://dev/?a=b'"), nil, "the URL must have neither a query nor a fragment"),
      (
        changed("api.dev", "'a b'"), nil, "clusters[0].cluster.tls-server-name: a b is not a host name"
      ),
      (
        changed("tls-server-name: api.dev", "proxy-url: 'http://p:99999999'"), nil,
        "clusters[0].cluster.proxy-url: http://p:99999999: the port is not a number from 1 to 65535"
      ),
      (changed("context: dev", #"context: "a\e[31mb""#), nil, #"no context a [31mb; it has dev"#),
      (changed("context: dev", #"context: "a\u202eb""#), nil, "no context a b; it has dev"),
      (changed("\"https://dev:6443/\"", "dev"), nil, "clusters[0].cluster.server: dev is not an http or https URL"),
      (changed("\"https://dev:6443/\"", "'ftp://u:secret@dev'"), nil, "server: …@dev is not an http or https URL"),
      (
        changed("tls-server-name: api.dev", "proxy-url: 'socks5://u:secret@p'"), nil,
        "clusters[0].cluster.proxy-url: socks5 proxies are not supported; use an http or https proxy"
      ),
      (
        changed("tls-server-name: api.dev", "proxy-url: 'ftp://u:secret@p'"), nil,
        "clusters[0].cluster.proxy-url: …@p is not an http or https URL"
      ),
      (changed("tls-server-name: api.dev", "proxy-url: 'http://'"), nil, "proxy-url: http://: the URL has no host"),
      (
        changed("- name: lab\n  cluster:", "- name: dev\n  cluster:"), nil,
        "clusters[1].name: dev is in clusters twice; remove one of them"
      ),
      ("kind: Config\n---\nkind: Config", nil, "not a kubeconfig: more than one document"),
      ("# nothing", nil, "current-context: not set; it has none: name one"),
      (changed("pki/ca.crt", "pki/no.crt"), nil, "certificate-authority: /home/me/pki/no.crt: no such file"),
      (changed("pki/ca.crt", "/k/text"), nil, "certificate-authority: /k/text: not a PEM certificate"),
      (changed("/k/admin.key", "/k/text"), nil, "users[0].user.client-key: /k/text: not a PEM private key"),
      (changed("client-key: /k/admin.key", ""), nil, "users[0].user.client-key: is needed with a client-certificate"),
      (changed("client-certificate-data:", "x:"), nil, "users[0].user.client-certificate: is needed with a client-key"),
      (changed("client-certificate-data: ", "client-certificate-data: '*"), nil, "not YAML"),
      (
        changed("{token: abc}", "{client-certificate-data: '%%'}"), "static", "user.client-certificate-data: not base64"
      ),
      (
        changed("{token: abc}", "{client-certificate-data: aGk=}"), "static",
        "client-certificate-data: not a PEM certificate"
      ),
      (changed("{token: abc}", "{token: 5}"), "static", "users[3].user.token: expected string, found integer"),
      (
        changed("{token: abc}", "{auth-provider: {}}"), "static",
        "user.auth-provider: was removed from Kubernetes in 1.26; use exec with a credential plugin"
      ),
      (changed("{token: abc}", "{token: \"secret a\"}"), "static", "user.token: a space, a line break or the like is"),
      (changed("{token: abc}", "{as-uid: '7'}"), "static", "users[3].user.as: is needed with as-uid, as-groups"),
      (changed("{token: abc}", "{as: a, as-groups: b}"), "static", "user.as-groups: expected array, found string"),
      (changed("{token: abc}", "{as: a, as-groups: [1]}"), "static", "user.as-groups[0]: expected string, found"),
      (changed("{token: abc}", "{as: a, as-user-extra: b}"), "static", "as-user-extra: expected object, found string"),
      (
        changed("{token: abc}", "{as: a, as-user-extra: {k: v}}"), "static",
        "users[3].user.as-user-extra.k: expected array, found string"
      ),
      (changed("{token: abc}", "{as: \"a\\nb\"}"), "static", "user.as: a line break or the like is in it"),
      (
        changed("{tokenFile: token,", "{tokenFile: gone,"), "lab",
        "users[1].user.tokenFile: /home/me/gone: no such file"
      ),
      (
        changed("insecure-skip-tls-verify: true", "insecure-skip-tls-verify: 'yes'"), "lab",
        "expected boolean, found string"
      ),
      (
        changed("tls-server-name: api.dev", "insecure-skip-tls-verify: true"), nil,
        "cannot be set together with a certificate"
      ),
    ] as [(String, String?, String)])
  func mistakes(_ text: String, _ context: String?, _ cause: String) {
    var files = Self.files
    files["/home/me/config"] = text
    do {
      _ = try load(context, files)
      Issue.record("expected an error")
    } catch {
      let line = "\(error)"
      #expect(line.hasPrefix("/home/me/config: "), "\(line)")
      #expect(line.contains(cause), "\(line)")
      #expect(!line.contains("\n") && !line.contains("secret"), "\(line)")
      #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, "\(line)")
    }
  }
}

@Suite struct DiscoveryTests {
  private static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
  private static let pod = [
    "\(folder)/token": "t", "\(folder)/ca.crt": Files.certificate, "\(folder)/namespace": "cozy-observability\n",
  ]
  private static let environment = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"]

  private func discover(
    _ environment: [String: String], _ files: [String: String], kubeconfig: String? = nil
  ) throws(ConfigurationError) -> ClusterConfiguration {
    try ClusterConfiguration.discover(
      kubeconfig: kubeconfig, context: nil, environment: environment, read: Files.reader(files))
  }

  @Test func inAPod() throws {
    let configuration = try discover(Self.environment, Self.pod)
    #expect(configuration.server == "https://10.0.0.1:443")
    #expect(configuration.credentials == .tokenFile("\(Self.folder)/token"))
    #expect(configuration.namespace == "cozy-observability")
    #expect(configuration.tls.certificateAuthorities == Array(Files.certificate.utf8))
    var environment = Self.environment
    environment["KUBERNETES_SERVICE_HOST"] = "fd00::1"
    #expect(try discover(environment, Self.pod).server == "https://[fd00::1]:443")
  }

  @Test func orderOfSources() throws {
    let config =
      "{clusters: [{name: x, cluster: {server: 'https://NAME'}}], contexts: [{name: c, context: {cluster: x}}],"
      + " current-context: c}"
    var files = Self.pod
    for path in ["/flag", "/list", "/home/me/.kube/config"] {
      files[path] = config.replacing("NAME", with: String(path.split(separator: "/")[0]))
    }
    var environment = Self.environment
    environment["HOME"] = "/home/me"
    environment["KUBECONFIG"] = "/list"
    #expect(try discover(environment, files, kubeconfig: "/flag").server == "https://flag")
    #expect(try discover(environment, files).server == "https://list")
    environment["KUBECONFIG"] = "::"
    #expect(try discover(environment, files).server == "https://10.0.0.1:443")
    environment["KUBERNETES_SERVICE_HOST"] = nil
    #expect(try discover(environment, files).server == "https://home")
  }

  @Test func nothingToBeFound() {
    func expect(_ environment: [String: String], _ files: [String: String], _ cause: String) {
      do throws(ConfigurationError) {
        _ = try discover(environment, files)
        Issue.record("expected an error")
      } catch {
        #expect(error.description.contains(cause), "\(error)")
      }
    }
    expect([:], [:], "set KUBECONFIG")
    expect(["HOME": "/h"], [:], "/h/.kube/config: no such file; set KUBECONFIG")
    expect(["KUBECONFIG": "/a:/b"], [:], "none of /a, /b exists")
    expect(Self.environment, [:], "\(Self.folder)/token: no such file; does the pod set automountServiceAccountToken")
    var files = Self.pod
    files["\(Self.folder)/ca.crt"] = "x"
    expect(Self.environment, files, "ca.crt: not a PEM certificate")
    files["\(Self.folder)/ca.crt"] = nil
    expect(Self.environment, files, "ca.crt: no such file")
    expect(["KUBERNETES_SERVICE_HOST": "10.0.0.1"], files, "KUBERNETES_SERVICE_PORT are not both set")
    for (host, port) in [("10.0.0.1", "99999999"), ("10.0.0.1/x?", "443"), ("a\r\nb", "443"), ("/", "443")] {
      expect(
        ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port], files,
        "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: ")
    }
  }

  @Test func filesOfTheSystem() throws {
    #expect(throws: FileProblem(cause: "no such file")) { try SystemFile.read("/nowhere/at/all") }
    #expect(throws: FileProblem(cause: "is a directory")) { try SystemFile.read("/") }
    #expect(try SystemFile.read("/proc/self/comm").last == UInt8(ascii: "\n"))
    #expect(ClusterConfiguration.environment["PATH"] == nil)
  }

  @Test("Pipes, sockets and devices are refused at once; what a symbolic link leads to is read")
  func onlyRegularFilesAreRead() throws {
    var template = Array("/tmp/kubernetes-client-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
      for name in ["pipe", "token", "link"] { unlink("\(folder)/\(name)") }
      rmdir(folder)
    }
    try #require(mkfifo("\(folder)/pipe", 0o600) == 0)
    let file = open("\(folder)/token", O_CREAT | O_WRONLY, 0o600)
    _ = write(file, "abc", 3)
    close(file)
    try #require(symlink("token", "\(folder)/link") == 0)
    for path in ["\(folder)/pipe", "/dev/zero", "/dev/null", "/dev/tty"] {
      #expect(throws: FileProblem.self, "\(path)") { try SystemFile.read(path) }
    }
    #expect(throws: FileProblem(cause: "is not a regular file")) { try SystemFile.read("\(folder)/pipe") }
    #expect(throws: FileProblem(cause: "no such file")) { try SystemFile.read("\(folder)/token\0.txt") }
    #expect(try SystemFile.read("\(folder)/link") == Array("abc".utf8))
  }
}
