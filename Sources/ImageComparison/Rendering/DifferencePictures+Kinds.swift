extension DifferencePictures {
  /// What a picture of a comparison shows.
  public enum Kind: String, Sendable, CaseIterable {
    /// Each differing pixel in the colour of its difference; see ``heatMap(_:over:)``.
    case heat
    /// Each tile that is unlike in the colour of its similarity; see ``tileMap(_:over:)``.
    case tiles
    /// The reference, the candidate and the heat map beside each other.
    case sideBySide = "side-by-side"
  }

  /// Draws a comparison of two pictures; a candidate of another size is brought to the reference's.
  ///
  /// Where either has alpha, both are measured on white and on black and the larger difference is
  /// drawn.
  ///
  /// - Parameters:
  ///   - kind: what is shown.
  ///   - reference: the picture that is expected.
  ///   - candidate: the picture that came.
  public static func picture(
    _ kind: Kind, of reference: Picture, and candidate: Picture
  ) -> Picture {
    let resized =
      (reference.width, reference.height) == (candidate.width, candidate.height)
      ? candidate : candidate.resized(width: reference.width, height: reference.height)
    switch kind {
    case .heat: return heatMap(differences(reference, resized), over: reference)
    case .tiles: return tileMap(similarity(reference, resized), over: reference)
    case .sideBySide:
      let heat = heatMap(differences(reference, resized), over: reference)
      return sideBySide(fitted([reference, candidate, heat]))
    }
  }

  /// Pictures made narrower alike where they would be too wide beside each other.
  private static func fitted(_ pictures: [Picture], gap: Int = 16) -> [Picture] {
    let room = Picture.sideMax - gap * (pictures.count - 1)
    let width = pictures.reduce(0) { $0 + $1.width }
    guard width > room else { return pictures }
    return pictures.map { picture in
      picture.resized(
        width: max(1, picture.width * room / width), height: max(1, picture.height * room / width))
    }
  }

  private static func differences(_ reference: Picture, _ other: Picture) -> ColourDifferenceMap {
    let floor = legend.reduce(1) { min($0, $1.above) }
    var map = ColourDifferenceMap(reference, other, floor: floor)
    for ground in OpaquePixels.grounds(reference, other).dropFirst() {
      map.formMaximum(with: ColourDifferenceMap(reference, other, floor: floor, on: ground))
    }
    return map
  }

  private static func similarity(_ reference: Picture, _ other: Picture) -> StructuralSimilarity {
    OpaquePixels.grounds(reference, other).dropFirst().reduce(
      StructuralSimilarity(reference, other)
    ) { worst, ground in
      worst.worse(of: StructuralSimilarity(reference, other, on: ground))
    }
  }
}
