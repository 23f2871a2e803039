internal import CLibXML2
package import Canonical
internal import SystemPackage

/// What every use of libxml2 needs.
enum XMLLibrary {
  /// Prepares libxml2's tables, once, before threads could race for it.
  static let isReady: Bool = {
    xmlInitParser()
    return true
  }()
}

/// Writes one XML document to a file that appears whole or not at all.
///
/// libxml2 does the escaping. It does not say when writing fails, so that its output goes to a buffer
/// of ours, which keeps the first failure until ``finish()``. Names of elements and attributes are
/// constants of the program, so that nothing untrusted becomes markup.
@safe package struct XMLWriter: ~Copyable {
  /// The longest piece of text in bytes that libxml2 is given at once, for it copies each.
  static let pieceByteCountMax = 65_536

  private let writer: xmlTextWriterPtr
  private let sink: XMLSink

  /// Starts the document in a file that has just been opened.
  ///
  /// - Throws: `FileFailure` when libxml2 has no memory for it.
  package init(to file: consuming PartialFile) throws(FileFailure) {
    precondition(XMLLibrary.isReady)
    let path = file.named
    let sink = XMLSink(file: file, path: path)
    let context = unsafe Unmanaged.passUnretained(sink).toOpaque()
    guard let output = unsafe xmlOutputBufferCreateIO(XMLSink.take, nil, context, nil) else {
      throw sink.failure("libxml2 made no buffer")
    }
    guard let writer = unsafe xmlNewTextWriter(output) else {
      unsafe xmlOutputBufferClose(output)
      throw sink.failure("libxml2 made no writer")
    }
    unsafe self.writer = writer
    self.sink = sink
    check(unsafe xmlTextWriterSetIndent(writer, 1))
    check(unsafe xmlTextWriterSetIndentString(writer, "  "))
    // Without a named encoding attributes would be written as numeric references.
    check(unsafe xmlTextWriterStartDocument(writer, nil, "UTF-8", nil))
  }

  deinit { unsafe xmlFreeTextWriter(writer) }

  /// Lets a body write; for a writer that lies where it cannot be handed on.
  package borrowing func run(_ body: (borrowing XMLWriter) throws -> Void) rethrows {
    try body(self)
  }

  /// Opens an element.
  package func startElement(_ name: StaticString) {
    check(unsafe xmlTextWriterStartElement(writer, name.utf8Start))
  }

  /// Adds an attribute to the element that was opened last.
  ///
  /// - Parameter value: text of allowed characters, see ``XMLText``.
  package func attribute(_ name: StaticString, _ value: String) {
    check(
      unsafe value.withXMLString { unsafe xmlTextWriterWriteAttribute(writer, name.utf8Start, $0) })
  }

  /// Adds text to the element that is open.
  ///
  /// - Parameter text: text of allowed characters, see ``XMLText``.
  package func text(_ text: String) {
    guard text.utf8.count > Self.pieceByteCountMax else {
      check(unsafe text.withXMLString { unsafe xmlTextWriterWriteString(writer, $0) })
      return
    }
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      var end = min(bytes.count, start + Self.pieceByteCountMax)
      while end < bytes.count, XMLText.isContinuation(bytes[end]) { end -= 1 }
      let piece = bytes[start..<end] + [0]
      check(
        unsafe piece.withUnsafeBufferPointer {
          unsafe xmlTextWriterWriteString(writer, $0.baseAddress)
        })
      start = end
    }
  }

  /// Closes the element that was opened last.
  package func endElement() {
    check(unsafe xmlTextWriterEndElement(writer))
  }

  /// Tells of a failure that happened so far, so that a long document stops early.
  package func throwFailure() throws(FileFailure) {
    if let failure = sink.failure { throw failure }
  }

  /// Ends the document, syncs it and gives it its name.
  ///
  /// - Throws: the first failure since the start; the file that was there is then as it was.
  package consuming func finish() throws(FileFailure) {
    check(unsafe xmlTextWriterEndDocument(writer))
    check(unsafe xmlTextWriterFlush(writer))
    try sink.commit()
  }

  /// Keeps the first failure that libxml2 reports: memory is exhausted, or calls in a wrong order.
  private func check(_ result: Int32) {
    if result < 0, sink.failure == nil {
      sink.failure = sink.failure("libxml2 could not write the document")
    }
  }
}

extension String {
  /// The text as libxml2 takes it; passed as an argument it would be copied to the heap each time.
  fileprivate func withXMLString(_ body: (UnsafePointer<UInt8>) -> Int32) -> Int32 {
    unsafe withCString { pointer in
      unsafe pointer.withMemoryRebound(to: UInt8.self, capacity: utf8.count + 1) { unsafe body($0) }
    }
  }
}

/// Takes what libxml2 writes and hands it on in large pieces.
private final class XMLSink {
  private static let byteCountMax = 1 << 20

  private var buffer: [UInt8] = []
  private var file: PartialFile?
  private let path: FilePath
  var failure: FileFailure?

  init(file: consuming PartialFile, path: FilePath) {
    self.file = consume file
    self.path = path
    buffer.reserveCapacity(Self.byteCountMax + 65_536)
  }

  func failure(_ reason: String) -> FileFailure {
    FileFailure(operation: "write", path: path, reason: reason)
  }

  /// The callback of libxml2's buffer.
  ///
  /// A short count would lose data without a word, so that it never says one: after a failure the
  /// rest is dropped, and ``commit()`` tells.
  static let take: xmlOutputWriteCallback = { context, bytes, count in
    guard let context = unsafe context, let bytes = unsafe bytes, count > 0 else { return 0 }
    let sink = unsafe Unmanaged<XMLSink>.fromOpaque(context).takeUnretainedValue()
    unsafe sink.append(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    return count
  }

  private func append(_ bytes: UnsafeRawBufferPointer) {
    guard failure == nil else { return }
    unsafe buffer.append(contentsOf: bytes)
    if buffer.count >= Self.byteCountMax { flush() }
  }

  private func flush() {
    do {
      try file?.write(buffer)
    } catch {
      failure = failure ?? error
    }
    buffer.removeAll(keepingCapacity: true)
  }

  func commit() throws(FileFailure) {
    flush()
    if let failure { throw failure }
    guard let whole = file.take() else { return }
    try whole.commit()
  }
}
