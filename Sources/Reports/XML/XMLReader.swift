internal import CLibXML2
package import Canonical
internal import Suites
package import SystemPackage

/// What libxml2 says is wrong with a document, in order.
package final class XMLProblems {
  /// Problems that are kept; more are not worth reading.
  package static let countMax = 100

  /// One line a problem, with the line of the document where it is known.
  package private(set) var lines: [String] = []

  /// Starts without a problem.
  package init() {}

  func add(line: Int, _ message: String) {
    guard lines.count < Self.countMax else { return }
    // A character of the message may be a stranger's.
    let text = VisibleText.escape(XMLText.line(message, byteCountMax: 500))
    lines.append(line > 0 ? "line \(line): \(text)" : text)
  }

  /// The callback for errors, its context being an object of this class that outlives the calls.
  static let take: xmlStructuredErrorFunc = { context, error in
    guard let context = unsafe context, let error = unsafe error else { return }
    let problems = unsafe Unmanaged<XMLProblems>.fromOpaque(context).takeUnretainedValue()
    let message = unsafe error.pointee.message.map { unsafe String(cString: $0) } ?? "unknown"
    problems.add(line: unsafe Int(error.pointee.line), message)
  }

  var context: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }
}

/// A compiled XML Schema.
@safe package struct XMLSchema: ~Copyable {
  fileprivate let pointer: xmlSchemaPtr

  /// Compiles a schema that is part of the program.
  package init(text: StaticString) {
    precondition(XMLLibrary.isReady)
    let problems = XMLProblems()
    let schema = text.withUTF8Buffer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
        unsafe Self.compile(
          xmlSchemaNewMemParserCtxt(characters.baseAddress, Int32(characters.count)), problems)
      }
    }
    guard let schema = unsafe schema else {
      preconditionFailure("the schema of the program is no schema: \(problems.lines)")
    }
    unsafe pointer = schema
  }

  /// Compiles a schema of a file.
  ///
  /// - Throws: `FileFailure` when it cannot be read or is no schema.
  package init(file: FilePath) throws(FileFailure) {
    precondition(XMLLibrary.isReady)
    let problems = XMLProblems()
    let schema = unsafe Self.compile(xmlSchemaNewParserCtxt(file.string), problems)
    guard let schema = unsafe schema else {
      throw FileFailure(
        operation: "read", path: file,
        reason: "it is no XML Schema: \(problems.lines.first ?? "libxml2 does not say why")")
    }
    unsafe pointer = schema
  }

  deinit { unsafe xmlSchemaFree(pointer) }

  private static func compile(
    _ parser: xmlSchemaParserCtxtPtr?, _ problems: XMLProblems
  ) -> xmlSchemaPtr? {
    guard let parser = unsafe parser else { return nil }
    defer { unsafe xmlSchemaFreeParserCtxt(parser) }
    unsafe xmlSchemaSetParserStructuredErrors(parser, XMLProblems.take, problems.context)
    return unsafe xmlSchemaParse(parser)
  }
}

/// Reads an XML document node by node, without the network, without entities and without a DTD.
@safe package struct XMLReader: ~Copyable {
  /// Kinds of nodes that matter here, numbered as libxml2 numbers them (`xmlReaderTypes`).
  package enum Kind: Int32 {
    /// The start of an element.
    case element = 1
    /// Text.
    case text = 3
    /// A CDATA section.
    case characterData = 4
    /// A reference to an entity.
    case entityReference = 5
    /// A processing instruction.
    case instruction = 7
    /// A comment.
    case comment = 8
    /// A declaration of a document type.
    case documentType = 10
    /// Blanks between elements.
    case whitespace = 13
    /// Blanks that count.
    case significantWhitespace = 14
    /// The end of an element.
    case endElement = 15
  }

  private let reader: xmlTextReaderPtr
  private let file: FileDescriptor
  private let problems: XMLProblems
  private let schema: XMLSchema?

  /// Opens a document.
  ///
  /// - Parameters:
  ///   - path: the document.
  ///   - schema: what elements are validated by; `nil` for none.
  ///   - validatesWhole: whether the whole document is validated while it is read.
  ///   - problems: takes what is wrong.
  /// - Throws: `FileFailure` when the file cannot be opened.
  package init(
    _ path: FilePath, schema: consuming XMLSchema? = nil, validatesWhole: Bool = false,
    problems: XMLProblems
  ) throws(FileFailure) {
    precondition(XMLLibrary.isReady)
    let descriptor: FileDescriptor
    do {
      descriptor = try FileDescriptor.open(path, .readOnly)
    } catch {
      throw FileFailure(operation: "read", path: path, errno: error as? Errno ?? .ioError)
    }
    let options = Int32(bitPattern: XML_PARSE_NONET.rawValue)
    guard let reader = unsafe xmlReaderForFd(descriptor.rawValue, nil, nil, options) else {
      // Why there is no reader says more than why closing failed.
      _ = Result { try descriptor.close() }
      throw FileFailure(operation: "read", path: path, reason: "libxml2 made no reader")
    }
    unsafe self.reader = reader
    file = descriptor
    self.problems = problems
    self.schema = schema
    // The handler comes first: setting the schema hands it on.
    unsafe xmlTextReaderSetStructuredErrorHandler(reader, XMLProblems.take, problems.context)
    if validatesWhole, let pointer = unsafe schemaPointer {
      unsafe xmlTextReaderSetSchema(reader, pointer)
    }
  }

  deinit {
    unsafe xmlFreeTextReader(reader)
    // A file that was only read has nothing to lose when closing fails.
    let file = file
    _ = Result { try file.close() }
  }

  /// Goes to the next node; `false` at the end, or where the document is broken.
  package func read() -> Bool { hasNode(unsafe xmlTextReaderRead(reader)) }

  /// Goes to the node after the current element's end.
  package func skip() -> Bool { hasNode(unsafe xmlTextReaderNext(reader)) }

  private func hasNode(_ result: Int32) -> Bool {
    if result < 0, problems.lines.isEmpty {
      // Where a document is cut off libxml2 says nothing more than that it is no document.
      problems.add(line: parserLine, "the document is cut off or broken")
    }
    return result == 1
  }

  /// The kind of the node; `nil` for one that does not matter.
  package var kind: Kind? { Kind(rawValue: unsafe xmlTextReaderNodeType(reader)) }

  /// The name of the element.
  package var name: String { unsafe xmlTextReaderConstName(reader).map { unsafe string($0) } ?? "" }

  /// The text of the node.
  package var value: String {
    unsafe xmlTextReaderConstValue(reader).map { unsafe string($0) } ?? ""
  }

  /// How many elements enclose the node.
  package var depth: Int { Int(unsafe xmlTextReaderDepth(reader)) }

  /// The line of the node, from 1.
  package var line: Int {
    // The parser reads ahead; a node knows its line where it fits 16 bits (libxml2, `xmlGetLineNo`).
    let line = unsafe xmlTextReaderCurrentNode(reader).map { unsafe xmlGetLineNo($0) } ?? 0
    return (1..<Int(UInt16.max)).contains(line)
      ? line : parserLine
  }

  /// The line that the parser has come to.
  private var parserLine: Int { Int(unsafe xmlTextReaderGetParserLineNumber(reader)) }

  /// Whether the element is written as one tag.
  package var isEmpty: Bool { unsafe xmlTextReaderIsEmptyElement(reader) == 1 }

  /// The attribute of that name, when the element has one.
  package func attribute(_ name: String) -> String? {
    guard let value = unsafe xmlTextReaderGetAttribute(reader, name) else { return nil }
    defer { unsafe proofsheet_xml_free(value) }
    return unsafe string(value)
  }

  /// Validates the current element as if it were a document of its own.
  package func validateElement() {
    guard let node = unsafe xmlTextReaderExpand(reader) else { return }
    guard let pointer = unsafe schemaPointer,
      let context = unsafe xmlSchemaNewValidCtxt(pointer)
    else {
      problems.add(line: line, "libxml2 made no validator")
      return
    }
    defer { unsafe xmlSchemaFreeValidCtxt(context) }
    unsafe xmlSchemaSetValidStructuredErrors(context, XMLProblems.take, problems.context)
    unsafe xmlSchemaValidateOneElement(context, node)
  }

  private var schemaPointer: xmlSchemaPtr? {
    switch schema {
    case .some(let schema): unsafe schema.pointer
    case .none: nil
    }
  }

  private func string(_ text: UnsafePointer<xmlChar>) -> String { unsafe String(cString: text) }
}
