package import Canonical
internal import SeedreamAPI

/// What is known of a picture as a JSON document, for the run store.
///
/// Members: `codec`, `width`, `height`, `pixel_digest`, `emptiness` where there is any, `hash` and `colours`.
package enum EncodedFacts {
  /// Writes facts; ``decode(_:)`` gives them back exactly.
  package static func encode(_ facts: KnownPicture) -> JSONValue {
    .members([
      "codec": .string(facts.record.codec),
      "width": .integer(facts.record.size.width),
      "height": .integer(facts.record.size.height),
      "pixel_digest": .string(facts.record.pixelDigest),
      "emptiness": facts.record.emptiness.map(JSONValue.string),
      "hash": EncodedMeasure.encode(facts.hash),
      "colours": EncodedMeasure.encode(facts.colours),
    ])
  }

  /// Reads a document that ``encode(_:)`` wrote.
  ///
  /// - Throws: ``EncodedRunFailure`` naming the first thing that is wrong, and where.
  package static func decode(_ document: JSONValue) throws(EncodedRunFailure) -> KnownPicture {
    let place = EncodedPlace(document)
    return KnownPicture(
      record: PictureRecord(
        codec: try place.member("codec").string(),
        size: PixelSize(
          width: try place.member("width").integer(EncodedRun.sideRange),
          height: try place.member("height").integer(EncodedRun.sideRange)),
        pixelDigest: try place.member("pixel_digest").string(),
        emptiness: try place.optional("emptiness")?.string()),
      hash: try EncodedMeasure.decodeHash(try place.member("hash")),
      colours: try EncodedMeasure.decodeColours(try place.member("colours")))
  }
}
