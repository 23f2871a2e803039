import Reports
import Testing

/// Tables as CSV.
struct CSVWriterTests {
  @Test(arguments: [
    ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"no\"", "\"say \"\"no\"\"\""),
    ("two\r\nlines", "\"two\r\nlines\""), ("=1+1", "'=1+1"), ("@cell", "'@cell"),
    ("-2.5", "-2.5"), ("+cmd", "'+cmd"), ("\tx", "'\tx"), ("-1,5", "\"'-1,5\""),
  ])
  func `A cell is quoted where it must be, and never a formula`(cell: String, written: String) {
    var table = CSVWriter(["one"])
    table.add([cell])
    #expect(table.text == "one\r\n\(written)\r\n")
  }

  @Test func `Cells that are left out are empty`() {
    var table = CSVWriter(["a", "b", "c"])
    table.add(["1"])
    #expect(table.text == "a,b,c\r\n1,,\r\n")
  }
}
