import ProfileModel

/// The shares of functions in one profile, and how far they could be off.
///
/// Samples are no independent draws: a program works in bursts, and its threads do the same thing at the same time. So
/// the profile is cut into blocks of time, and a share's variance is estimated from the steps between neighboring
/// blocks (the successive-difference estimator for systematic samples; Wolter, Introduction to Variance Estimation,
/// section 8.2), for blocks of several lengths, of which the largest estimate counts. Large steps that are rare are left
/// out: they are where phases begin that every run goes through, and say nothing about noise.
///
///     phases   ▁▁▁▁▁▁▇▇▇▇▇▇▃▃▃▃    two steps: left out, the variance is small
///     bursts   ▁▇▇▁▇▁▁▇▇▇▁▇▁▁▇▁    steps all the way: the variance is large
///
/// Where steps are no larger than independent draws make them, the variance is that of independent draws.
struct ShareEstimates {
  /// The fewest samples that a block should have on average.
  private static let samplesInBlock = 25.0
  private static let blockCounts = [64, 32, 16]
  /// The share of steps, the largest, that are left out, and what makes up for that in the mean of the squares of the
  /// others if steps are normal: 1 / E[z² | z² among the lowest 85 %].
  private static let leftOut = 0.15
  private static let correction = 1.92

  /// Weight of each function, by position.
  let weights: [Int64]
  /// Variance of each function's share.
  private(set) var variances: [Double]
  /// Degrees of freedom of each variance; infinite for that of independent draws.
  private(set) var degreesOfFreedom: [Double]
  /// Whether there are sample times, and enough samples, to look at blocks.
  private(set) var hasBlocks: Bool
  private let total: Int64
  /// How many independent observations `total` comes from.
  private let observations: Double

  /// Weights in blocks of one length.
  fileprivate struct Scale {
    var weights: [StackGrouping.Weights]
    var sizes: [Double]
  }

  /// Both measures of a profile.
  static func estimate(
    _ selected: SelectedProfile, _ grouping: StackGrouping, total: Int64, observations: Double
  ) -> (own: ShareEstimates, total: ShareEstimates) {
    let all = grouping.weights(of: selected.samples)
    var own = ShareEstimates(all.own, total: total, observations: observations)
    var inclusive = ShareEstimates(all.total, total: total, observations: observations)
    for scale in scales(of: Array(selected.samples), grouping, observations: observations) {
      own.add(scale.weights.map(\.own), scale.sizes)
      inclusive.add(scale.weights.map(\.total), scale.sizes)
    }
    return (own, inclusive)
  }

  private init(_ weights: [Int64], total: Int64, observations: Double) {
    self.weights = weights
    self.total = total
    self.observations = observations
    hasBlocks = false
    variances = weights.map { Self.independentVariance($0, of: total, observations: observations) }
    degreesOfFreedom = Array(repeating: .infinity, count: weights.count)
  }

  /// Takes the variance of blocks of one length where it is larger than what was found so far.
  private mutating func add(_ blocks: [[Int64]], _ sizes: [Double]) {
    hasBlocks = true
    let count = Double(blocks.count)
    let kept = blocks.count - 1 - Int(Self.leftOut * (count - 1))
    var steps: [Double] = []
    for function in weights.indices where weights[function] > 0 {
      let share = Double(weights[function]) / Double(total)
      steps.removeAll(keepingCapacity: true)
      var previous: Double?
      for (block, size) in zip(blocks, sizes) {
        let residual = Double(block[function]) - share * size
        if let previous { steps.append((residual - previous) * (residual - previous)) }
        previous = residual
      }
      steps.sort()
      let mean = steps.prefix(kept).reduce(0, +) / Double(kept) * Self.correction
      let variance = mean * count / 2 / (Double(total) * Double(total))
      // Steps overlap, which costs a third of the degrees of freedom.
      let degrees = Double(kept) * 2 / 3
      // A variance from few steps is off by a factor; only what can't come from independent draws is taken.
      let limit =
        (1 + 2 * (2 / degrees).squareRoot())
        * Self.independentVariance(weights[function], of: total, observations: observations)
      if variance > max(limit, variances[function]) {
        variances[function] = variance
        degreesOfFreedom[function] = degrees
      }
    }
  }

  /// The share of a function; 0 in a profile without samples.
  func share(of function: Int) -> Double { total == 0 ? 0 : Double(weights[function]) / Double(total) }

  /// How many independent observations of a function there are.
  func observations(of function: Int) -> Double { share(of: function) * observations }

  /// Variance of a share of independent draws, with a success and a failure added so that rare functions don't pass
  /// for certain (Agresti and Caffo 2000).
  private static func independentVariance(_ weight: Int64, of total: Int64, observations: Double) -> Double {
    let size = observations + 2
    let share = (total == 0 ? 0 : Double(weight) / Double(total) * observations) + 1
    return max(0, share / size * (1 - share / size)) / size
  }

  /// Blocks of several lengths; none where the samples have no times or are too few. Each length
  /// is twice the one before.
  private static func scales(
    of samples: [Sample], _ grouping: StackGrouping, observations: Double
  ) -> [Scale] {
    var first = UInt64.max
    var last = UInt64.min
    for sample in samples {
      first = min(first, sample.time)
      last = max(last, sample.time)
    }
    guard last > first, let count = blockCounts.first(where: { observations / samplesInBlock >= Double($0) }) else {
      return []
    }
    let length = (last - first) / UInt64(count) + 1
    var blocks = [[Sample]](repeating: [], count: count)
    for sample in samples { blocks[Int((sample.time - first) / length)].append(sample) }
    var scale = Scale(
      weights: blocks.map { grouping.weights(of: $0) },
      sizes: blocks.map { $0.reduce(0) { $0 + Double($1.weight) } })
    var scales = [scale]
    while scale.sizes.count > 16 {
      scale = scale.joined()
      scales.append(scale)
    }
    return scales
  }
}

extension ShareEstimates.Scale {
  /// Each two neighbors as one block; their number must be even.
  fileprivate func joined() -> Self {
    var result = Self(weights: [], sizes: [])
    for index in stride(from: 0, to: sizes.count - 1, by: 2) {
      var weights = weights[index]
      for function in weights.own.indices {
        weights.own[function] += self.weights[index + 1].own[function]
        weights.total[function] += self.weights[index + 1].total[function]
      }
      result.weights.append(weights)
      result.sizes.append(sizes[index] + sizes[index + 1])
    }
    return result
  }
}
