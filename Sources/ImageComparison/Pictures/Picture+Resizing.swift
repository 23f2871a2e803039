extension Picture {
  /// The name of the resampling that ``resized(width:height:)`` does.
  ///
  /// It changes whenever a result could change, so that what is stored beside a result can say by
  /// which arithmetic it came about.
  public static let resamplingVersion = "area-bilinear-1"

  /// The picture at another size.
  ///
  /// Each axis is resampled on its own: where it shrinks a new sample is the mean of the stretch
  /// it covers, partly covered pixels counting by their share; where it grows the samples lie in
  /// the middle of their pixels and are mixed linearly, edges repeated; where it stays it is
  /// copied. Colours count by their alpha. All sums are whole numbers and are divided once, rounded
  /// to the nearest and halves up, so that every machine gives the same samples.
  ///
  /// - Parameters:
  ///   - width: the new width in pixels, 1 to 16384.
  ///   - height: the new height in pixels, 1 to 16384.
  public func resized(width: Int, height: Int) -> Picture {
    let sideMax = Self.sideMax / 2
    precondition(
      (1...sideMax).contains(width) && (1...sideMax).contains(height),
      "a side has 1 to \(sideMax) pixels (was \(width) x \(height))")
    let columns = ResamplingAxis(from: self.width, to: width)
    let rows = ResamplingAxis(from: self.height, to: height)
    var resized: [UInt8]
    if bitDepth == 8, !hasAlpha {
      resized = OpaqueResampler(of: self, columns, rows).run()
    } else {
      var resampler = Resampler(of: self, columns, rows)
      resized = resampler.run()
    }
    let hasAlpha = hasAlpha && Alpha.clearTransparent(&resized, bitDepth: bitDepth)
    return Picture(
      width: width, height: height, bitDepth: bitDepth, cleared: resized, hasAlpha: hasAlpha,
      iccProfileDigest: iccProfileDigest)
  }

  /// The picture in its proportions with a longer side of at most so many pixels; one that is no larger stays.
  ///
  /// - Parameter side: the longer side in pixels, 1 to 16384.
  package func fitted(longerSide side: Int) -> Picture {
    let longer = max(width, height)
    guard longer > side else { return self }
    func scaled(_ length: Int) -> Int { max(1, (length * side + longer / 2) / longer) }
    return resized(width: scaled(width), height: scaled(height))
  }
}

/// Which source samples make up each target sample of an axis, in whole-number weights.
struct ResamplingAxis {
  /// For each target sample the first source sample it draws on.
  private(set) var firsts: [Int] = []
  /// For each target sample where its weights begin in ``weights``, and at last where they end.
  private(set) var starts: [Int] = [0]
  /// The weights of consecutive source samples.
  private(set) var weights: [UInt64] = []
  /// The sum of the weights of every target sample, at most ``Picture/sideMax``.
  let total: UInt64
  /// How many target samples there are.
  let count: Int

  init(from source: Int, to target: Int) {
    count = target
    if target < source {
      total = UInt64(source)
      for index in 0..<target { addMean(index, source: source, target: target) }
    } else if target > source {
      total = UInt64(2 * target)
      for index in 0..<target { addMixture(index, source: source, target: target) }
    } else {
      total = 1
      for index in 0..<target { add(first: index, [1]) }
    }
  }

  /// In units of a `target`-th of a source sample, target sample i covers [i * source, + source).
  private mutating func addMean(_ index: Int, source: Int, target: Int) {
    let (low, high) = (index * source, (index + 1) * source)
    let first = low / target
    let last = (high - 1) / target
    let shares = (first...last).map { position in
      UInt64(min(high, (position + 1) * target) - max(low, position * target))
    }
    add(first: first, shares)
  }

  /// The middle of target sample i lies at ((2i + 1) * source - target) / (2 * target).
  private mutating func addMixture(_ index: Int, source: Int, target: Int) {
    let unit = 2 * target
    let place = (2 * index + 1) * source - target
    guard place > 0 else { return add(first: 0, [UInt64(unit)]) }
    let (first, rest) = place.quotientAndRemainder(dividingBy: unit)
    guard first < source - 1, rest > 0 else {
      return add(first: min(first, source - 1), [UInt64(unit)])
    }
    add(first: first, [UInt64(unit - rest), UInt64(rest)])
  }

  private mutating func add(first: Int, _ shares: [UInt64]) {
    firsts.append(first)
    weights += shares
    starts.append(weights.count)
  }
}

/// One resizing under way, of any picture.
private struct Resampler {
  private let source: Picture
  private let columns: ResamplingAxis
  private let rows: ResamplingAxis
  private let width: Int
  private let height: Int
  /// Sums over columns of an even and an odd source row, and which rows they are of; target
  /// rows that follow each other share at most one source row.
  private var sums: [[UInt64]]
  private var sumRows = [-1, -1]

  init(of source: Picture, _ columns: ResamplingAxis, _ rows: ResamplingAxis) {
    self.source = source
    width = columns.count
    height = rows.count
    self.columns = columns
    self.rows = rows
    sums = [[UInt64]](repeating: [UInt64](repeating: 0, count: 4 * width), count: 2)
  }

  /// Gives the target rows as ``Picture/pixels`` has them.
  mutating func run() -> [UInt8] {
    var target: [UInt8] = []
    target.reserveCapacity(width * height * source.pixelByteCount)
    var totals = [UInt64](repeating: 0, count: 4 * width)
    for row in 0..<height {
      for index in totals.indices { totals[index] = 0 }
      let start = rows.starts[row]
      for position in start..<rows.starts[row + 1] {
        let sourceRow = rows.firsts[row] + position - start
        let slot = sourceRow & 1
        if sumRows[slot] != sourceRow { sumColumns(of: sourceRow, slot) }
        let weight = rows.weights[position]
        for index in totals.indices { totals[index] += weight * sums[slot][index] }
      }
      appendRow(totals, to: &target)
    }
    return target
  }

  /// Sums alpha, and colours times alpha: at most 2^15 * 2^16 * 2^16, and 2^62 over the rows.
  private mutating func sumColumns(of row: Int, _ slot: Int) {
    sumRows[slot] = row
    var made: [UInt64] = []
    swap(&made, &sums[slot])
    defer { swap(&made, &sums[slot]) }
    let isWide = source.bitDepth == 16
    let hasAlpha = source.hasAlpha
    let pixels = source.pixels.span
    let rowStart = row * source.width * source.pixelByteCount
    for column in 0..<width {
      var (red, green, blue, alpha) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
      var place = rowStart + columns.firsts[column] * source.pixelByteCount
      for position in columns.starts[column]..<columns.starts[column + 1] {
        var weight = columns.weights[position]
        if isWide {
          if hasAlpha {
            weight *= UInt64(pixels[place + 6]) | UInt64(pixels[place + 7]) << 8
          }
          red += weight * (UInt64(pixels[place]) | UInt64(pixels[place + 1]) << 8)
          green += weight * (UInt64(pixels[place + 2]) | UInt64(pixels[place + 3]) << 8)
          blue += weight * (UInt64(pixels[place + 4]) | UInt64(pixels[place + 5]) << 8)
        } else {
          if hasAlpha { weight *= UInt64(pixels[place + 3]) }
          red += weight * UInt64(pixels[place])
          green += weight * UInt64(pixels[place + 1])
          blue += weight * UInt64(pixels[place + 2])
        }
        alpha += weight
        place += source.pixelByteCount
      }
      made[4 * column] = red
      made[4 * column + 1] = green
      made[4 * column + 2] = blue
      made[4 * column + 3] = alpha
    }
  }

  private func appendRow(_ totals: [UInt64], to target: inout [UInt8]) {
    let whole = columns.total * rows.total
    let isWide = source.bitDepth == 16
    let opaque: UInt64 = isWide ? 0xFFFF : 0xFF
    func append(_ sample: UInt64) {
      target.append(UInt8(truncatingIfNeeded: sample))
      if isWide { target.append(UInt8(truncatingIfNeeded: sample >> 8)) }
    }
    for start in stride(from: 0, to: totals.count, by: 4) {
      // Opaque pictures are summed without alpha, so that its sum is that of the weights.
      let alpha = totals[start + 3]
      for index in start..<start + 3 {
        append(alpha == 0 ? 0 : (totals[index] + alpha / 2) / alpha)
      }
      append(source.hasAlpha ? (alpha + whole / 2) / whole : opaque)
    }
  }
}
