import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Serves one connection: a request, its answer, the next request.
struct RequestLoop: Sendable {
    let responder: FrontResponder
    let held: HeldBytes
    let logger: Logger
    let onAnswer: @Sendable (AnswerRecord) -> Void

    /// Returns once the connection is closed.
    func serve(_ connection: Connection) async {
        await withTaskCancellationHandler {
            do {
                while let head = try await connection.nextHead() {
                    guard try await answer(head, connection) else { break }
                    await connection.nextRequest()
                }
            } catch let problem as Problem {
                await refuse(problem, connection)
            } catch {
                connection.channel.close(promise: nil)
            }
            await connection.finish()
        } onCancel: {
            connection.channel.close(promise: nil)
        }
    }

    /// Answers a request; true where another may follow.
    private func answer(_ head: RequestHead, _ connection: Connection) async throws -> Bool {
        let began = NIODeadline.now()
        let id = RequestID().description
        var logger = logger
        logger[metadataKey: "hb.request.id"] = .string(id)
        let context = ServiceContext(source: RequestSource(logger: logger, peer: connection.peer))
        let body = BodyStream(connection: connection, expectsContinue: head.expectsContinue)
        let request = Request(head: head.request, body: RequestBody(asyncSequence: body))
        var (response, record) = await responder.answer(request, context: context)
        let bytes = hold(&response, &record, id)
        defer { held.release(bytes) }
        let mayFollow = await connection.settle() && !head.wantsClose
        let writer = AnswerWriter(response, to: head, closes: !mayFollow, connection: connection)
        defer {
            record.bytes = writer.bytes
            record.nanoseconds = (NIODeadline.now() - began).nanoseconds
            note(record, isWhole: writer.isFinished)
        }
        try await response.body.write(writer)
        return mayFollow && writer.isFinished
    }

    /// Counts an answer among those that are being read; too large a one gives way to a refusal.
    private func hold(_ response: inout Response, _ record: inout AnswerRecord, _ id: String) -> Int {
        do throws(Problem) {
            return try held.take(response)
        } catch {
            response = error.response(instance: id)
            FrontResponder.decorate(&response, request: id)
            record.status = response.status.code
            return 0
        }
    }

    /// Answers what could not be read as a request.
    private func refuse(_ problem: Problem, _ connection: Connection) async {
        let id = RequestID().description
        var response = problem.response(instance: id)
        FrontResponder.decorate(&response, request: id)
        let writer = AnswerWriter(response, to: nil, closes: true, connection: connection)
        try? await response.body.write(writer)
        note(
            AnswerRecord(status: response.status.code, bytes: writer.bytes, request: id), isWhole: writer.isFinished)
    }

    private func note(_ record: AnswerRecord, isWhole: Bool) {
        onAnswer(record)
        let isQuiet = record.status < 400 && (record.method == "GET" || record.method == "HEAD")
        logger.log(
            level: isQuiet ? .debug : .info, "request",
            metadata: [
                "method": "\(record.method)", "route": "\(record.route)", "status": "\(record.status)",
                "bytes": "\(record.bytes)", "ms": "\(record.nanoseconds / 1_000_000)", "caller": "\(record.caller)",
                "request": "\(record.request)", "whole": "\(isWhole)",
            ])
    }
}
