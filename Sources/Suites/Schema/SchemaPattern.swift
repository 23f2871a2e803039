internal import SeedreamAPI

/// Regular expressions of the language's scalars, in the part that all engines share.
enum SchemaPattern {
  /// An id: no `--`, and no `-` at an end; ``IdentifierProblem``.
  static let id = "^\(word)+(-\(word)+)*$"
  /// What a name is made of between its `-`.
  private static let word = "[A-Za-z0-9._]"

  /// Something that can be seen.
  static let visible = "\\S"

  /// The mark that starts a variable.
  static let mark = "\\{\\{"

  /// A mark of a template that no name and `}}` follow; ``PromptTemplate``.
  static let brokenMark =
    "(^|[^\\\\{])\\{\\{ *($|[^ A-Za-z0-9._]|\(word)+(-\(word)+)*"
    + "($|-($|[^A-Za-z0-9._])|[^ }A-Za-z0-9._-]| +($|[^ }])| *\\}($|[^}])))"

  /// Seeds from one to another, each or every k-th.
  static let seeds = "^ *\(whole)\\.\\.\(whole)( +step +[1-9][0-9]*)? *$"
  private static let whole = "(0|[1-9][0-9]*)"

  /// A path, or a URL of a scheme.
  static let anyURL = "://"
  static let dataURI = "^data:"
  static let secureURL = "^https://"
  static let controlCharacter = "[\\u0000-\\u001F\\u007F]"

  /// A time with its unit.
  static let time = "^[1-9][0-9]*(ms|s|m)$"

  /// Dollars with their sign, which makes them no number.
  static let money = "^\\$[0-9]+(\\.[0-9]{1,6})?$"

  /// A share as a percentage up to 100; ``Share``.
  static let percentage = "^(100(\\.0{1,4})?|[1-9]?[0-9](\\.[0-9]{1,4})?)%$"

  /// A day of the calendar, but for the lengths of months.
  static let day = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

  /// A URL that may be called; ``HTTPURL``.
  static let server = "^([Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+([/?#].*)?|simulator)$"
  static let urlCharacters = "^[!#-;=?-Z\\[\\]_a-z~]*$"

  /// The name of an environment variable.
  static let variable = "^[A-Za-z_][A-Za-z0-9_]*$"

  /// A host by itself; ``HostName``.
  static let host = "^[A-Za-z0-9._:\\[\\]-]+$"
}
