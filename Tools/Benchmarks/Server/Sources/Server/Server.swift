import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP server with a little work for each request: a target that is busy in Swift, libdispatch and the kernel.
///
/// Prints `listening on PORT`, and runs until it is killed.
@main
enum Server {
  static func main() async throws {
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          return try NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>(
            wrappingChannelSynchronously: channel)
        }
      }
    print("listening on \(server.channel.localAddress?.port ?? 0)")
    fflush(nil)
    try await withThrowingDiscardingTaskGroup { group in
      try await server.executeThenClose { connections in
        for try await connection in connections {
          group.addTask { try? await serve(connection) }
        }
      }
    }
  }

  private static func serve(_ connection: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>) async throws {
    try await connection.executeThenClose { requests, responses in
      for try await case .end in requests {
        let text = page()
        var head = HTTPResponseHead(version: .http1_1, status: .ok)
        head.headers.add(name: "content-length", value: "\(text.utf8.count)")
        try await responses.write(.head(head))
        try await responses.write(.body(.byteBuffer(ByteBuffer(string: text))))
        try await responses.write(.end(nil))
      }
    }
  }

  /// Strings, a dictionary and a sort, as in any handler.
  private static func page() -> String {
    var counts: [String: Int] = [:]
    for number in 0..<200 { counts["key \(number &* 7919 % 50)", default: 0] += number }
    return counts.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { "\($0.key): \($0.value)" }
      .joined(separator: "\n")
  }
}
