/// Text for a command that people paste into a shell.
package enum ShellText {
  /// A word in single quotes, in which a POSIX shell reads nothing but the text (POSIX.1-2024, Shell Command
  /// Language, section 2.2.2).
  ///
  /// Names of files come from anybody: a quote in one must not end the word and run the rest. What a terminal would
  /// obey or hide is spelled out, so that such a command names nothing.
  package static func quoted(_ word: some CustomStringConvertible) -> String {
    "'" + TerminalText.escape("\(word)").replacing("'", with: #"'\''"#) + "'"
  }
}
