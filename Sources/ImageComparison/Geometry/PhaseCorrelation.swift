internal import Glibc

/// The shift between two small pictures from the phases of their spectra.
enum PhaseCorrelation {
  /// The side of the transform in pixels; smaller pictures are surrounded by 0.
  static let side = LumaPyramid.coarsestSide

  /// How far the content of the second picture lies to the right of and below that of the first,
  /// in whole pixels.
  static func shift(_ first: LumaPyramid.Level, _ second: LumaPyramid.Level) -> (x: Int, y: Int) {
    // Two real pictures share one transform: one as real part, one as imaginary.
    var field = Field(real: windowed(first), imaginary: windowed(second))
    field.transform(isInverse: false)
    var product = Field(
      real: [Float](repeating: 0, count: side * side),
      imaginary: [Float](repeating: 0, count: side * side))
    for row in 0..<side {
      for column in 0..<side {
        let index = row * side + column
        let mirror = (side - row) % side * side + (side - column) % side
        let (a, b) = (field.real[index], field.imaginary[index])
        let (c, d) = (field.real[mirror], field.imaginary[mirror])
        // The spectra of both, each twice too large, which the phase does not notice.
        let (p, q) = (a + c, b - d)
        let (r, s) = (b + d, c - a)
        let (x, y) = (r * p + s * q, s * p - r * q)
        let length = max(1e-20, (x * x + y * y).squareRoot())
        product.real[index] = x / length
        product.imaginary[index] = y / length
      }
    }
    product.transform(isInverse: true)
    var best = 0
    for index in product.real.indices where product.real[index] > product.real[best] {
      best = index
    }
    let (y, x) = best.quotientAndRemainder(dividingBy: side)
    return (x >= side / 2 ? x - side : x, y >= side / 2 ? y - side : y)
  }

  /// The luma less its mean, faded out towards the edges so that they leave no trace.
  private static func windowed(_ level: LumaPyramid.Level) -> [Float] {
    let (width, height) = (min(level.width, side), min(level.height, side))
    let mean = level.luma.reduce(0, +) / Float(level.luma.count)
    func fade(_ place: Int, _ count: Int) -> Float {
      Float(0.5 - 0.5 * cos(2 * Double.pi * (Double(place) + 0.5) / Double(count)))
    }
    let across = (0..<width).map { fade($0, width) }
    var field = [Float](repeating: 0, count: side * side)
    for row in 0..<height {
      let down = fade(row, height)
      for column in 0..<width {
        field[row * side + column] =
          (level.luma[row * level.width + column] - mean) * down * across[column]
      }
    }
    return field
  }

  /// A square of complex numbers.
  private struct Field {
    var real: [Float]
    var imaginary: [Float]

    private static let turns: [(Float, Float)] = (0..<side / 2).map { index in
      let angle = -2 * Double.pi * Double(index) / Double(side)
      return (Float(cos(angle)), Float(sin(angle)))
    }

    /// The Fourier transform along rows, then along columns, not scaled.
    mutating func transform(isInverse: Bool) {
      for row in 0..<side { line(start: row * side, step: 1, isInverse) }
      for column in 0..<side { line(start: column, step: side, isInverse) }
    }

    /// One line in place (Cooley and Tukey 1965).
    private mutating func line(start: Int, step: Int, _ isInverse: Bool) {
      var mirrored = 0
      for index in 0..<side {
        if index < mirrored {
          real.swapAt(start + index * step, start + mirrored * step)
          imaginary.swapAt(start + index * step, start + mirrored * step)
        }
        var bit = side >> 1
        while mirrored & bit != 0 {
          mirrored ^= bit
          bit >>= 1
        }
        mirrored |= bit
      }
      var span = 1
      while span < side {
        for offset in 0..<span {
          let (cosine, sine) = Self.turns[offset * (side / 2 / span)]
          let turn = isInverse ? -sine : sine
          for first in stride(from: offset, to: side, by: 2 * span) {
            let (upper, lower) = (start + first * step, start + (first + span) * step)
            let x = real[lower] * cosine - imaginary[lower] * turn
            let y = real[lower] * turn + imaginary[lower] * cosine
            (real[lower], imaginary[lower]) = (real[upper] - x, imaginary[upper] - y)
            (real[upper], imaginary[upper]) = (real[upper] + x, imaginary[upper] + y)
          }
        }
        span *= 2
      }
    }
  }
}
