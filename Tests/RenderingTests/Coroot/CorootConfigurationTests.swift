// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Testing
import YAML

@testable import Rendering

/// The configuration file of the server.
@Suite struct CorootConfigurationTests {
  /// The variables that a text is expanded with before it is read as YAML, as Go's `os.ExpandEnv` finds them.
  private func references(_ text: String) -> [String] {
    text.split(separator: "$", omittingEmptySubsequences: false).dropFirst().map { String($0.prefix { $0 != "\"" }) }
  }

  @Test("Nothing in the file is expanded but the two keys", arguments: CorootMatrix.all)
  func onlyKeysAreExpanded(_ fixture: CorootFixture) throws {
    let text = try fixture.secret("config.yaml")
    #expect(references(text).map { $0.prefix { $0 != "}" } } == ["{COROOT_PROJECT_KEY", "{COROOT_GUARD_KEY"])
    // A splice of letters and digits cannot end the scalar that it is in.
    let expanded = text.split(separator: "${COROOT_PROJECT_KEY}").joined(separator: "true")
    let key = try YAMLDecoder.document(expanded)["projects"]?.array?[0]["apiKeys"]?.array?[0]["key"]
    #expect(key == "true")
  }

  @Test("Two plain projects are declared, each with one key", arguments: CorootMatrix.all)
  func twoProjectsAreDeclared(_ fixture: CorootFixture) throws {
    let projects = try #require(fixture.configuration()["projects"]?.array)
    #expect(projects.map { $0["name"] } == ["platform", "platform-keyless-guard"])
    for project in projects {
      #expect(project["apiKeys"]?.array?.count == 1 && project.object?.count == 2)
    }
  }

  @Test("What calls home, drops data or opens another port is off", arguments: CorootMatrix.all)
  func unwantedIsOff(_ fixture: CorootFixture) throws {
    let configuration = try fixture.configuration()
    #expect(configuration["do_not_check_for_updates"] == true)
    #expect(configuration["disable_usage_statistics"] == true)
    #expect(configuration["clickhouse_space_manager"] == ["enabled": false])
    #expect(configuration["grpc"] == ["disabled": true])
    #expect(configuration["auth"]?["anonymous_role"] == nil)
    #expect(configuration["data_dir"] == "/data" && configuration["listen_address"] == ":8080")
  }

  @Test("Data is kept as long as the object says") func retentionIsTheObjects() throws {
    let tuned = try #require(CorootMatrix.all.first { $0.name == "coroot-tuned" })
    let configuration = try tuned.configuration()
    #expect(
      ["traces", "logs", "profiles", "cache"].map { configuration[$0]?["ttl"] } == ["14d", "3d", "1d", "90d"])
  }

  @Test("An empty admin password ends the server instead of leaving it open") func emptyPasswordFailsClosed() throws {
    let password = try #require(
      CorootFixture("auth").configuration()[path: "auth", "bootstrap_admin_password"]?.string)
    // bcrypt takes 72 bytes, and Coroot exits with a longer one.
    #expect(password.utf8.count > 72 && !password.contains("$"))
  }

  @Test("The configuration names no secret", arguments: CorootMatrix.all)
  func noSecretIsInTheConfiguration(_ fixture: CorootFixture) throws {
    let text = try fixture.secret("config.yaml")
    #expect(!text.contains("postgres"))
    for child in fixture.children where child.kind != "Secret" {
      let text = JSONWriter.text(.object(child.manifest.content))
      #expect(!text.contains("it's") && !text.contains("postgres://"))
    }
  }
}
