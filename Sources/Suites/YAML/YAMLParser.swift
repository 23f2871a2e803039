internal import CYAML

/// libyaml's parser over bytes in memory, as Swift values.
@safe struct YAMLParser: ~Copyable {
  /// What happened, and where.
  struct Event {
    enum Kind {
      case streamStart
      case documentStart(hasDirectives: Bool)
      case scalar(String, YAMLNode.Style)
      case alias
      case listStart
      case listEnd
      case mappingStart
      case mappingEnd
      case other
    }

    let kind: Kind
    let place: Place
    var hasAnchor = false
    var hasTag = false
  }

  /// What the text's grammar does not allow, and where.
  struct SyntaxError: Error {
    let message: String
    let place: Place
    /// What usually helps.
    var hint: String?
    /// Where what could not be read starts.
    var start: (message: String, place: Place)?
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let byteCount: Int
  /// Right behind the last character.
  private let end: Place

  /// Copies the bytes, which libyaml reads while events are asked for.
  init(_ bytes: [UInt8]) {
    byteCount = bytes.count
    end = SourceText.end(of: bytes)
    unsafe parser = .allocate(capacity: 1)
    unsafe input = .allocate(capacity: max(1, bytes.count))
    _ = unsafe input.update(fromContentsOf: bytes)
    let isReady = unsafe yaml_parser_initialize(parser)
    // libyaml fails here only when memory is exhausted, where nothing useful is left to do.
    precondition(isReady == 1, "libyaml could not allocate a parser (returned \(isReady))")
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  /// The next event.
  func next() throws(SyntaxError) -> Event {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { unsafe yaml_event_delete(&event) }
    return unsafe self.event(of: event)
  }

  private func event(of event: yaml_event_t) -> Event {
    let place = unsafe place(from: event.start_mark, to: event.end_mark)
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return Event(kind: .streamStart, place: place)
    case YAML_DOCUMENT_START_EVENT:
      let start = unsafe event.data.document_start
      let hasDirectives =
        unsafe start.version_directive != nil
        || start.tag_directives.start != start.tag_directives.end
      return Event(kind: .documentStart(hasDirectives: hasDirectives), place: place)
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
      return unsafe Event(
        kind: .scalar(String(decoding: bytes, as: UTF8.self), isPlain ? .plain : .quoted),
        place: place, hasAnchor: scalar.anchor != nil, hasTag: scalar.tag != nil)
    case YAML_ALIAS_EVENT: return Event(kind: .alias, place: place)
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      return unsafe Event(
        kind: .listStart, place: place, hasAnchor: start.anchor != nil, hasTag: start.tag != nil)
    case YAML_SEQUENCE_END_EVENT: return Event(kind: .listEnd, place: place)
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      return unsafe Event(
        kind: .mappingStart, place: place, hasAnchor: start.anchor != nil,
        hasTag: start.tag != nil)
    case YAML_MAPPING_END_EVENT: return Event(kind: .mappingEnd, place: place)
    default: return Event(kind: .other, place: place)
    }
  }

  /// libyaml counts lines and columns from 0, columns in characters, and begins a new line at the end
  /// of a text that lacks a last break.
  private func place(from start: yaml_mark_t, to end: yaml_mark_t) -> Place {
    let line = Int(clamping: start.line) + 1
    guard line <= self.end.line else { return self.end }
    let isOneLine = start.line == end.line && end.column > start.column
    return Place(
      line: line, column: Int(clamping: start.column) + 1,
      length: isOneLine ? Int(clamping: end.column - start.column) : 1)
  }

  private func failure() -> SyntaxError {
    let state = unsafe parser.pointee
    let problem = unsafe state.problem.map { unsafe String(cString: $0) } ?? "no valid YAML"
    let context = unsafe state.context.map { unsafe String(cString: $0) }
    let isReaderError = unsafe state.error == YAML_READER_ERROR
    let mark = unsafe isReaderError ? state.mark : state.problem_mark
    let found = place(from: mark, to: mark)
    let words = context.map { "\(problem) \($0)" } ?? problem
    let explained = YAMLProblem(words, found: character(at: found))
    var failure = SyntaxError(message: explained.message, place: found, hint: explained.hint)
    let start = unsafe place(from: state.context_mark, to: state.context_mark)
    if context != nil, (start.line, start.column) != (found.line, found.column) {
      failure.start = ("what was being read starts here", start)
    }
    return failure
  }

  /// The character at a place; `nil` at the end of its line.
  private func character(at place: Place) -> Unicode.Scalar? {
    let bytes = unsafe Array(input.prefix(byteCount))
    let line = SourceText.line(place.line, of: bytes)?.unicodeScalars.dropFirst(place.column - 1)
    return line?.first
  }
}
