import Testing

@testable import Symbolication
