import ProfileModel
import Testing

@testable import Recording
@testable import RecordingFormat

@Suite struct SampleRecorderTests {
  @Test func `late and damaged records are counted in the recording`() throws {
    let options = RecordOptions(target: .processes([1]), command: ["example"])
    var recorder = SampleRecorder(startTime: 0, options: options)
    (recorder.faults.late, recorder.faults.malformed, recorder.faults.corruptions) = (3, 2, 1)
    let chunks = try recorder.takeChunks(seconds: 1).map { try $0.message.serializedBytes() as [UInt8] }
    let metadata = try RecordingReader.read(RecordingReader.file(ofPlainChunks: chunks), path: "test").metadata
    #expect((metadata.lateRecords, metadata.malformedRecords, metadata.ringCorruptions) == (3, 2, 1))
    #expect(metadata.faults.count == 3)
  }
}
