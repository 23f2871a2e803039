/// Names under which secrets travel in URLs and JSON: what they name is never recorded.
public enum SecretName {
  /// Words that make a query parameter or a JSON member secret when its name holds one.
  private static let words = [
    "apikey", "api_key", "api-key", "accesskey", "access_key", "token", "secret", "password",
    "authorization", "signature", "credential", "x-amz-", "x-goog-", "x-tos-",
  ]
  /// Names of query parameters that are secret as a whole.
  private static let wholeParameters: Set<String> = [
    "sig", "auth", "key", "policy", "expires", "sign",
  ]

  /// Whether the value of a JSON member is secret by the member's name.
  public static func covers(member name: String) -> Bool {
    let name = name.lowercased()
    return words.contains { name.contains($0) }
  }

  /// Whether the value of a query parameter is secret by the parameter's name.
  public static func covers(parameter name: String) -> Bool {
    wholeParameters.contains(name.lowercased()) || covers(member: name)
  }
}

extension HTTPURL {
  /// The first query parameter whose value is secret; `nil` when there is none.
  public var secretParameter: String? {
    (query ?? "").split(separator: "&").lazy
      .map { String($0.prefix { $0 != "=" }) }
      .first { SecretName.covers(parameter: $0) }
  }
}
