internal import Canonical
internal import SeedreamAPI

extension ConfigReader {
  /// The price table, which replaces the built-in one as a whole: prices of two days do not mix.
  mutating func prices(_ node: YAMLNode) {
    guard let members = mapping(node, of: "'prices'") else { return }
    var asOf: String?
    var entries: [PriceTable.Entry]?
    for member in members {
      switch member.key {
      case "as_of": asOf = day(member.value, of: "'as_of'")?.text
      case "models": entries = models(member.value)
      default: unknown("key", member.key, at: member.keyPlace, among: Self.priceNames)
      }
    }
    let names = Set(members.map(\.key))
    for name in Self.priceNames where !names.contains(name) {
      error(
        "'prices' has no '\(name)'", at: node.place,
        hint: "write {as_of: 2027-01-31, models: {part of a model's name: dollars a picture}}")
    }
    guard let asOf, let entries else { return }
    file.prices = Placed(
      PriceTable(asOf: asOf, entries: entries), at: node.place.location(in: path))
  }

  /// Entries, the longest name first: of two that a model's name holds the more exact one decides.
  private mutating func models(_ node: YAMLNode) -> [PriceTable.Entry]? {
    guard let members = mapping(node, of: "'models'") else { return nil }
    guard !members.isEmpty else {
      error("'models' is empty", at: node.place, hint: "without 'prices' the built-in ones hold")
      return nil
    }
    guard members.count <= Self.pricesMax else {
      error("\(members.count) prices; at most \(Self.pricesMax) are allowed", at: node.place)
      return nil
    }
    var entries: [PriceTable.Entry] = []
    var places: [String: Place] = [:]
    for member in members {
      let name = member.key.lowercased()
      guard !name.allSatisfy(\.isWhitespace) else {
        error("a price has no model", at: member.keyPlace)
        continue
      }
      if let earlier = places.updateValue(member.keyPlace, forKey: name) {
        error(
          "the model \(VisibleText.quote(member.key)) has two prices", at: member.keyPlace,
          hint: "capitals make no difference", notes: [("first here", earlier)])
        continue
      }
      guard let price = money(member.value, of: "a price") else { continue }
      guard owner == .user || price > .zero else {
        // Nobody is asked about what costs nothing.
        error(
          "a price of a project must be more than 0", at: member.value.place,
          hint: "your own configuration may say that an endpoint costs nothing")
        continue
      }
      entries.append(PriceTable.Entry(namePart: name, price: price))
    }
    guard entries.count == members.count else { return nil }
    return entries.enumerated().sorted { left, right in
      (-left.element.namePart.count, left.offset) < (-right.element.namePart.count, right.offset)
    }.map(\.element)
  }
}
