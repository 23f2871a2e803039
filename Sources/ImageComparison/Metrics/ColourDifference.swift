internal import Glibc

/// A colour of CIE L*a*b*, D65 and 2 degrees.
public struct LabColour: Hashable, Sendable {
  /// The lightness, 0 to 100.
  public var lightness: Double
  /// From green to red.
  public var a: Double
  /// From blue to yellow.
  public var b: Double

  /// Makes a colour.
  ///
  /// - Parameters:
  ///   - lightness: the lightness, 0 to 100.
  ///   - a: from green to red.
  ///   - b: from blue to yellow.
  public init(lightness: Double, a: Double, b: Double) {
    self.lightness = lightness
    self.a = a
    self.b = b
  }

  /// The difference CIEDE2000 with all weights 1 (Sharma, Wu, Dalal 2005).
  ///
  /// - Parameter other: the other colour; the difference is the same both ways.
  public func difference(to other: LabColour) -> Double {
    let lanes = LabLanes(self).difference(to: LabLanes(other))
    return Double(lanes[0])
  }
}

/// Eight colours of CIE L*a*b*.
struct LabLanes {
  var lightness: Lanes
  var a: Lanes
  var b: Lanes

  init(_ colour: LabColour) {
    lightness = Lanes(repeating: Float(colour.lightness))
    a = Lanes(repeating: Float(colour.a))
    b = Lanes(repeating: Float(colour.b))
  }

  /// The colours of linear red, green and blue from 0 to 1.
  @inline(__always)
  init(red: Lanes, green: Lanes, blue: Lanes) {
    // Rows are divided by the white point 0.95047, 1, 1.08883.
    let x = red * 0.433_946_4 + green * 0.376_213_9 + blue * 0.189_825_0
    let y = red * 0.212_671 + green * 0.715_160 + blue * 0.072_169
    let z = red * 0.017_756_7 + green * 0.109_467_0 + blue * 0.872_705_1
    let (fx, fy, fz) = (Self.curve(x), Self.curve(y), Self.curve(z))
    lightness = fy * 116 - 16
    a = (fx - fy) * 500
    b = (fy - fz) * 200
  }

  @inline(__always)
  private static func curve(_ number: Lanes) -> Lanes {
    // Black would have no exponent to take a third of.
    let root = LaneMath.cubeRoot(number + 1e-12)
    let line = number * 7.787 + Float(16.0 / 116.0)
    return line.replacing(with: root, where: number .> 0.008_856)
  }

  /// More than the square of CIEDE2000, cheaply.
  ///
  /// The weights S are at least 1, a' is at most 1.5 a, and the rotation term is at most sqrt(3)
  /// times the product of its two differences, which adds at most 0.8661 of the sum of their squares.
  @inline(__always)
  func squareBound(to other: LabLanes) -> Lanes {
    let l = other.lightness - lightness
    let (da, db) = (other.a - a, other.b - b)
    return l * l + (da * da * 2.25 + db * db) * 1.8661
  }

  /// CIEDE2000 with all weights 1.
  ///
  /// Angles are kept as unit vectors: the mean hue is the direction halfway between both, and the
  /// cosines of its multiples follow from it. Only the rotation term needs the angle itself.
  @inline(__always)
  func difference(to other: LabLanes) -> Lanes {
    let chroma =
      (LaneMath.root(a * a + b * b) + LaneMath.root(other.a * other.a + other.b * other.b)) * 0.5
    let widening = 1.5 - Self.saturation(chroma) * 0.5
    let (a1, a2) = (a * widening, other.a * widening)
    let (b1, b2) = (b, other.b)
    let c1 = LaneMath.root(a1 * a1 + b1 * b1)
    let c2 = LaneMath.root(a2 * a2 + b2 * b2)
    let product = c1 * c2
    let dot = a1 * a2 + b1 * b2
    let cross = a1 * (b2 - b1) - b1 * (a2 - a1)
    let isOpposite = dot .< 0
    // sin of half the angle: from the sine where that is exact, from the cosine where it is not.
    let near = cross / LaneMath.root((product + dot) * 0.5 + 1e-30)
    let far = LaneMath.root((product - dot).replacing(with: 0, where: product .< dot) * 2)
    let signedFar = far.replacing(with: -far, where: cross .< 0)
    let hueDifference = near.replacing(with: signedFar, where: isOpposite)
    let (cosine, sine) = Self.meanHue(a1, b1, c1, a2, b2, c2, cross, isOpposite)
    let meanLightness = (lightness + other.lightness) * 0.5
    let meanChroma = (c1 + c2) * 0.5
    let fromMiddle = (meanLightness - 50) * (meanLightness - 50)
    let sl = 1 + fromMiddle * 0.015 / LaneMath.root(fromMiddle + 20)
    let sc = 1 + meanChroma * 0.045
    let sh = 1 + meanChroma * 0.015 * Self.hueWeight(cosine, sine)
    let l = (other.lightness - lightness) / sl
    let c = (c2 - c1) / sc
    let h = hueDifference / sh
    let rotation = Self.rotation(cosine, sine) * Self.saturation(meanChroma) * -2
    let square = l * l + c * c + h * h + rotation * c * h
    return LaneMath.root(square.replacing(with: 0, where: square .< 0))
  }

  /// sqrt(C⁷ / (C⁷ + 25⁷)).
  @inline(__always)
  private static func saturation(_ chroma: Lanes) -> Lanes {
    let unit = chroma * 0.04
    let two = unit * unit
    let seven = two * two * two * unit
    return LaneMath.root(seven / (seven + 1))
  }

  /// The direction halfway between two hues, the shorter way round; of grey and a hue that hue.
  @inline(__always)
  private static func meanHue(
    _ a1: Lanes, _ b1: Lanes, _ c1: Lanes, _ a2: Lanes, _ b2: Lanes, _ c2: Lanes, _ cross: Lanes,
    _ isOpposite: SIMDMask<SIMD8<Int32>>
  ) -> (cosine: Lanes, sine: Lanes) {
    let (u1, v1) = (a1 / (c1 + 1e-20), b1 / (c1 + 1e-20))
    let (u2, v2) = (a2 / (c2 + 1e-20), b2 / (c2 + 1e-20))
    // Of hues far apart the sum is short; across their difference lies the same direction.
    let (across, along) = (v2 - v1, u1 - u2)
    // Exactly opposite hues meet halfway up from the one below 180 degrees.
    let isFirstLower = (b1 .> 0) .| ((b1 .== 0) .& (a1 .> 0))
    let isClockwise = (cross .< 0) .| ((cross .== 0) .& .!isFirstLower)
    let x = (u1 + u2).replacing(
      with: across.replacing(with: -across, where: isClockwise), where: isOpposite)
    let y = (v1 + v2).replacing(
      with: along.replacing(with: -along, where: isClockwise), where: isOpposite)
    let length = LaneMath.root(x * x + y * y)
    let isGrey = length .< 1e-10
    let inverse = 1 / length.replacing(with: 1, where: isGrey)
    // The hue of two greys counts as 0.
    return ((x * inverse).replacing(with: 1, where: isGrey), y * inverse)
  }

  /// T: 1 - .17 cos(h - 30°) + .24 cos 2h + .32 cos(3h + 6°) - .20 cos(4h - 63°).
  @inline(__always)
  private static func hueWeight(_ cosine: Lanes, _ sine: Lanes) -> Lanes {
    let cosine2 = cosine * cosine - sine * sine
    let sine2 = cosine * sine * 2
    let cosine3 = cosine2 * cosine - sine2 * sine
    let sine3 = sine2 * cosine + cosine2 * sine
    let cosine4 = cosine2 * cosine2 - sine2 * sine2
    let sine4 = cosine2 * sine2 * 2
    var weight = 1 - (cosine * 0.866_025_4 + sine * 0.5) * 0.17
    weight += cosine2 * 0.24
    weight += (cosine3 * 0.994_521_9 - sine3 * 0.104_528_46) * 0.32
    weight -= (cosine4 * 0.453_990_5 + sine4 * 0.891_006_5) * 0.20
    return weight
  }

  /// sin(60° exp(-((h - 275°) / 25°)²)), which is 0 but for blue.
  @inline(__always)
  private static func rotation(_ cosine: Lanes, _ sine: Lanes) -> Lanes {
    // Turned back by 275 degrees; further than 90 degrees away nothing is left.
    let u = cosine * 0.087_155_74 - sine * 0.996_194_7
    let v = cosine * 0.996_194_7 + sine * 0.087_155_74
    let isBlue = u .> 0
    guard any(isBlue) else { return .zero }
    // The tangent of half the angle, at most 1, and the series of its arc.
    let t = v / (1 + u.replacing(with: 0, where: .!isBlue))
    let q = t * t
    var arc = q * -0.011_721_2 + 0.052_653_32
    arc = arc * q - 0.116_432_87
    arc = arc * q + 0.193_543_46
    arc = arc * q - 0.332_623_47
    arc = arc * q + 0.999_977_26
    let angle = t * arc * Float(2 * 180 / Double.pi / 25)
    let turn = LaneMath.decay(angle * angle) * Float(Double.pi / 3)
    let p = turn * turn
    var sineOfTurn = p * Float(1.0 / 362_880) - Float(1.0 / 5_040)
    sineOfTurn = sineOfTurn * p + Float(1.0 / 120)
    sineOfTurn = sineOfTurn * p - Float(1.0 / 6)
    sineOfTurn = (sineOfTurn * p + 1) * turn
    return Lanes.zero.replacing(with: sineOfTurn, where: isBlue)
  }
}
