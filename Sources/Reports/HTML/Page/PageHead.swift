/// The head of every page: what a browser must know before it reads on.
enum PageHead {
  /// The head, from the document type on.
  ///
  /// - Parameters:
  ///   - title: the title, of a template.
  ///   - policy: what the page may load, for `Content-Security-Policy`.
  ///   - loading: elements that load scripts, each on a line.
  static func html(title: String, policy: String, loading: String = "") -> String {
    #"""
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="\#(policy)">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="referrer" content="no-referrer">
    <meta name="color-scheme" content="light dark">
    <title>\#(title)</title>
    <link rel="icon" href="icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="style.css">
    \#(loading)</head>

    """#
  }
}
