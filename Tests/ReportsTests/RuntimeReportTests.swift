import Foundation
import ProfileModel
import Testing

@testable import Reports

@Suite struct RuntimeReportTests {
  @Test(
    arguments: [
      ("swift_retain", .referenceCounting), ("_swift_release_dealloc", .referenceCounting),
      ("swift_bridgeObjectRelease_n", .referenceCounting),
      ("swift_isUniquelyReferenced_nonNull_native", .referenceCounting),
      ("swift::RefCounts<swift::RefCountBitsT<true>>::doDecrementSlow", .referenceCounting),
      ("swift_allocObject", .allocation), ("swift_deallocClassInstance", .allocation), ("malloc", .allocation),
      ("__libc_malloc", .allocation), ("_int_free", .allocation), ("operator new(unsigned long)", .allocation),
      ("free@plt", .allocation), ("swift_getGenericMetadata", .metadata), ("swift_getWitnessTable", .metadata),
      ("__swift_instantiateConcreteTypeFromMangledName", .metadata),
      (
        "swift_conformsToProtocolMaybeInstantiateSuperclasses",
        .metadata
      ), ("swift_dynamicCast", .casting), ("freeze()", nil), ("mallocator", nil), ("release", nil),
      ("Pool.malloc()", nil), ("swift_once", nil), ("main", nil),
    ] as [(String, RuntimeWork?)])
  func knowsTheRuntimesFunctions(name: String, expected: RuntimeWork?) {
    #expect(RuntimeWork(functionNamed: name) == expected)
  }

  @Test(
    arguments: [
      ("swift::WitnessTable::lookup", "swift-frontend", nil), ("swiftWitnesses()", "app", nil),
      ("swift_witnesses(of:)", "app", nil), ("swift_getWitnessTable", "app", .metadata),
      ("swift::RefCounts<bool>::increment", "libswiftCore.so", .referenceCounting),
      ("swiftlang::Metadata::read", "libSwiftSyntax.so", nil), ("malloc", "app", .allocation),
    ] as [(String, String, RuntimeWork?)])
  func `runtime work lies in the runtime or behind its entry points`(name: String, module: String, work: RuntimeWork?) {
    #expect(RuntimeWork(functionNamed: name, module: module) == work)
  }

  private static let profile = Profile.of([
    (["main", "parse", "libswiftCore.so!swift_release", "libswiftCore.so!_swift_release_dealloc"], 4),
    (["main", "parse", "libswiftCore.so!swift_release", "Node.deinit"], 3),
    (["main", "parse", "libswiftCore.so!swift_release", "Node.deinit", "libc.so.6!free", "libc.so.6!_int_free"], 2),
    (["main", "libswiftCore.so!swift_allocObject", "libc.so.6!malloc", "libc.so.6!brk"], 5),
    (["main", "emit"], 6),
  ])

  @Test func countsWorkAndItsCauses() {
    let report = RuntimeReport(Self.profile.preferred)
    let rows = report.rows.map { row in
      "\(row.work.title) \(row.samples) "
        + row.callers.map { "\($0.function?.name ?? "-") \($0.samples)" }.joined(separator: ", ")
    }
    #expect(rows == ["ARC 4 parse 4", "allocation 7 main 5, Node.deinit 2", "metadata 0 ", "casts 0 "])
  }

  @Test func writesTextAndJSON() throws {
    let report = RuntimeReport(Self.profile.preferred)
    #expect(report.summary == "Swift runtime: ARC 20.0 %, allocation 35.0 %, metadata 0.0 %")
    #expect(report.text(limit: 1).contains("allocation, caused by\n  25.0 %  5    main\n"))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(report.json())) as? [String: Any])
    let runtime = try #require(json["runtime"] as? [String: [String: Any]])
    #expect(runtime["allocation"]?["samples"] as? Int == 7)
  }
}
