// SPDX-License-Identifier: Apache-2.0

import JSON

extension StubState {
  /// `POST /api/login`.
  mutating func logIn(_ request: StubRequest) -> StubResponse {
    guard let form = request.form, let email = form["email"]?.string, !email.isEmpty,
      let password = form["password"]?.string, !password.isEmpty
    else { return .error(400) }
    if form["action"]?.string == "set_admin_password" {
      guard wantsAdminPassword else { return .error(401, "The admin password has already been set.") }
      users[0].password = password
      return loggedIn(users[0])
    }
    guard let user = users.first(where: { $0.email == email }), !user.password.isEmpty, user.password == password else {
      return .error(404, "Invalid email or password.")
    }
    return loggedIn(user)
  }

  private func loggedIn(_ user: StubUser) -> StubResponse {
    let attributes = "Path=/; Expires=Thu, 31 Dec 2099 23:59:59 GMT; HttpOnly"
    return StubResponse(status: 200, headers: [("Set-Cookie", "coroot_session=\(session(of: user)); \(attributes)")])
  }

  /// `GET /api/user`.
  func describe(_ user: StubUser) -> StubResponse {
    var answer: JSONObject = [
      "email": .string(user.email), "name": .string(user.name), "role": .string(user.role),
    ]
    if user.id == 0 { answer["anonymous"] = true }
    if user.role != "Admin" { answer["readonly"] = true }
    let shown = projects.sorted { $0.name < $1.name }.map { project -> JSONValue in
      ["id": .string(project.id), "name": .string(project.name)]
    }
    if !shown.isEmpty { answer["projects"] = .array(shown) }
    return .json(.object(answer))
  }

  /// `POST /api/user`.
  mutating func changePassword(of user: StubUser, _ request: StubRequest) -> StubResponse {
    guard let form = request.form, let old = form["old_password"]?.string, !old.isEmpty,
      let new = form["new_password"]?.string, !new.isEmpty
    else { return .error(400) }
    guard let index = users.firstIndex(where: { $0.id == user.id }) else { return .done }
    guard users[index].password == old else { return .error(400, "Invalid old password.") }
    guard old != new else { return .error(400, "New password can't be the same as the old one.") }
    users[index].password = new
    return .done
  }

  /// `GET /api/users`.
  func listUsers(_ user: StubUser) -> StubResponse {
    guard user.role == "Admin" else { return .error(403, "You are not allowed to view users.") }
    let shown = users.map { user -> JSONValue in
      var one: JSONObject = [
        "id": .integer(Int64(user.id)), "email": .string(user.email), "name": .string(user.name),
        "role": .string(user.role),
      ]
      if user.email == "admin" { one["readonly"] = true }
      return .object(one)
    }
    return .json(["users": .array(shown), "roles": ["Admin", "Editor", "Viewer"]])
  }

  /// `POST /api/users`.
  mutating func changeUsers(_ user: StubUser, _ request: StubRequest) -> StubResponse {
    guard user.role == "Admin" else { return .error(403, "You are not allowed to edit users.") }
    guard let form = request.form, let action = form["action"]?.string else { return .error(400) }
    let id = form["id"]?.integer.map { Int($0) } ?? 0
    if action == "delete" {
      users.removeAll { $0.id == id && $0.email != "admin" }
      return .done
    }
    func text(_ name: String) -> String { form[name]?.string ?? "" }
    guard !text("email").isEmpty, !text("name").isEmpty else { return .error(400) }
    // The server names the user, not the role.
    guard ["Admin", "Editor", "Viewer"].contains(text("role")) else {
      return .error(400, "Unknown role: \(text("name"))")
    }
    if text("email") == "admin" { return .done }
    let namesake = users.first { $0.email == text("email") }
    if action == "create" {
      guard namesake == nil else { return .error(409, "The user is already added.") }
      users.append(
        StubUser(
          id: nextUser, email: text("email"), name: text("name"), role: text("role"), password: text("password")))
    } else if action == "update", let index = users.firstIndex(where: { $0.id == id && $0.email != "admin" }) {
      guard namesake == nil || namesake?.id == id else { return .error(409, "The user is already added.") }
      (users[index].email, users[index].name, users[index].role) = (text("email"), text("name"), text("role"))
      if !text("password").isEmpty { users[index].password = text("password") }
    }
    return .done
  }
}
