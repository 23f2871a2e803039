/// Adds an element to the list `include` of a suite's text, and leaves everything else as it stands.
struct SuiteInsertion {
  private let text: [Character]
  private let lines: [Range<Int>]
  private let newline: String

  /// Takes a text without a byte order mark.
  init(_ text: String) {
    newline = text.contains("\r\n") ? "\r\n" : "\n"
    let characters = Array(text)
    self.text = characters
    var lines: [Range<Int>] = []
    var start = 0
    for (index, character) in characters.enumerated() where character.isNewline {
      lines.append(start..<index)
      start = index + 1
    }
    lines.append(start..<characters.count)
    self.lines = lines
  }

  /// The text with the element at the end of `include`, which is made where there is none.
  ///
  /// - Parameters:
  ///   - element: the element in flow style.
  ///   - root: the document.
  /// - Throws: ``PlacementProblem`` for a layout in which no safe place is seen.
  func appending(_ element: String, to root: YAMLNode) throws(PlacementProblem) -> String {
    guard let members = root.members, members.allSatisfy({ $0.keyPlace.column == 1 }) else {
      throw PlacementProblem("the suite is written in braces, or indented as a whole")
    }
    guard let include = members.first(where: { $0.key == "include" }) else {
      return try atEnd(element)
    }
    guard let elements = include.value.elements else {
      throw PlacementProblem("'include' is no list")
    }
    let place = try offset(of: include.value.place)
    if text[place] == "[" { return try inBrackets(element, open: place) }
    guard text[place] == "-", let last = elements.last else {
      throw PlacementProblem("the list 'include' has an unknown layout")
    }
    let next = members.filter { $0.keyPlace.line > include.keyPlace.line }
      .map(\.keyPlace.line).min()
    return asLine(
      element, column: include.value.place.column, from: last.place.line,
      before: next ?? lines.count + 1)
  }

  private func offset(of place: Place) throws(PlacementProblem) -> Int {
    guard lines.indices.contains(place.line - 1) else {
      throw PlacementProblem("the list 'include' is not found again")
    }
    let line = lines[place.line - 1]
    // Columns count scalars, of which a character may have several.
    var column = 1
    for index in line {
      if column == place.column { return index }
      column += text[index].unicodeScalars.count
    }
    throw PlacementProblem("the list 'include' is not found again")
  }

  private func atEnd(_ element: String) throws(PlacementProblem) -> String {
    let isEnded = lines.contains { String(text[$0]).hasPrefix("...") }
    guard !isEnded else { throw PlacementProblem("the document is ended by '...'") }
    let whole = String(text)
    let gap = whole.isEmpty || text.last?.isNewline == true ? "" : newline
    return "\(whole)\(gap)include:\(newline)  - \(element)\(newline)"
  }

  /// Behind the last line of the last element; blank lines and comments below belong to what follows.
  private func asLine(_ element: String, column: Int, from: Int, before: Int) -> String {
    var last = from
    for number in from..<before where lines.indices.contains(number - 1) {
      let line = String(text[lines[number - 1]])
      let content = line.drop { $0 == " " || $0 == "\t" }
      if !content.isEmpty, !content.hasPrefix("#") { last = number }
    }
    let end = lines[last - 1].upperBound
    let added = newline + String(repeating: " ", count: column - 1) + "- " + element
    return String(text[..<end]) + added + String(text[end...])
  }

  /// Before the bracket that closes a list in flow style.
  private func inBrackets(_ element: String, open: Int) throws(PlacementProblem) -> String {
    var depth = 0
    var index = open
    var last = open
    while index < text.count {
      switch text[index] {
      case "[", "{": depth += 1
      case "]", "}":
        depth -= 1
        if depth == 0 {
          let comma = [Character("["), ","].contains(text[last]) ? "" : ", "
          return String(text[..<index]) + comma + element + String(text[index...])
        }
      case "\"", "'": index = endOfQuote(from: index)
      case "#" where index > 0 && (text[index - 1].isWhitespace || text[index - 1].isNewline):
        while index + 1 < text.count, !text[index + 1].isNewline { index += 1 }
        index += 1
        continue
      default: break
      }
      if index < text.count, !text[index].isWhitespace { last = index }
      index += 1
    }
    throw PlacementProblem("the list 'include' is not closed")
  }

  /// The index of the quote that ends a quoted scalar.
  ///
  /// A quote within a plain scalar, such as an apostrophe, is taken for a start; the text that follows
  /// from it is refused when it is read again.
  private func endOfQuote(from start: Int) -> Int {
    let quote = text[start]
    // An apostrophe in the middle of a word starts nothing.
    if start > 0, text[start - 1].isLetter || text[start - 1].isNumber { return start }
    var index = start + 1
    while index < text.count {
      if quote == "\"", text[index] == "\\" {
        index += 2
        continue
      }
      if text[index] == quote {
        let isDoubled = quote == "'" && index + 1 < text.count && text[index + 1] == quote
        guard isDoubled else { return index }
        index += 2
        continue
      }
      index += 1
    }
    return index
  }
}
