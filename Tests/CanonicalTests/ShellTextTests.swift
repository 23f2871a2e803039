import Canonical
import Testing

/// Words of commands that people paste.
struct ShellTextTests {
  @Test(arguments: [
    ("suites/mug.yaml", "'suites/mug.yaml'"), ("a b", "'a b'"), ("", "''"),
    ("x'$(touch pwned)'.yaml", #"'x'\''$(touch pwned)'\''.yaml'"#), ("`id`", "'`id`'"),
    ("a\nb\u{202E}", "'a<U+000A>b<U+202E>'"),
  ])
  func `A word is one word to a shell, whatever it holds`(word: String, quoted: String) {
    #expect(ShellText.quoted(word) == quoted)
  }
}
