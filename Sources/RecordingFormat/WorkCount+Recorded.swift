import ProfileModel
import RecordingSchema
import SwiftProtobuf

extension WorkCount {
  var message: Recording_Work {
    .with {
      $0.function = function
      $0.module = module
      var before = Point(time: 0, count: 0)
      for point in points {
        let time = point.time / 1000
        $0.time.append(time - before.time)
        $0.count.append(point.count - before.count)
        before = Point(time: time, count: point.count)
      }
    }
  }

  /// As it was written; sums that no number holds end it.
  init(_ message: Recording_Work) {
    self.init(function: message.function, module: message.module)
    var last = Point(time: 0, count: 0)
    for (time, count) in zip(message.time, message.count) {
      let (microseconds, isLate) = last.time.addingReportingOverflow(time)
      let (nanoseconds, isTooLate) = microseconds.multipliedReportingOverflow(by: 1000)
      let (sum, isTooMuch) = last.count.addingReportingOverflow(count)
      guard !isLate, !isTooLate, !isTooMuch else { return }
      last = Point(time: microseconds, count: sum)
      add(Point(time: nanoseconds, count: sum))
    }
  }
}
