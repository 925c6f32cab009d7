import HTTPTypes
import Hummingbird
import NIOCore
import SluiceCore

extension Response {
    /// An answer with one JSON object.
    static func json(
        _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ members: (inout JSONText) throws -> Void
    ) rethrows -> Response {
        var json = JSONText()
        try json.object(members)
        json.newline()
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }

    /// An answer of one text.
    static func text(
        _ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// One page of a list.
struct Page<Row: Sendable>: Sendable {
    var rows: [Row]
    /// The cursor of the next page; nil where this is the last.
    var next: String?

    /// A page of rows that are all there are.
    init(rows: [Row], next: String? = nil) {
        self.rows = rows
        self.next = next
    }

    /// A page of at most `limit` of `rows`, which are one more where another page follows; `number` is a row's own, which
    /// the cursor of `question` names.
    init(_ rows: [Row], limit: Int, question: String, number: (Row) -> Int64) {
        self.rows = Array(rows.prefix(limit))
        next = rows.count > limit ? self.rows.last.map { Cursor(after: number($0)).text(for: question) } : nil
    }

    /// The page as an answer: the rows under `name`, the next page in the body and as a link.
    func response(
        _ name: String, _ request: Request, _ write: (Row, inout JSONText) -> Void
    ) -> Response {
        .json(headers: links(request)) { json in
            json.key(name)
            json.array { json in
                for row in rows { write(row, &json) }
            }
            json.member("next", next)
        }
    }

    /// The field that links to the next page; none on the last.
    func links(_ request: Request) -> HTTPFields {
        var headers = HTTPFields()
        if let next {
            var query = request.uri.query?.split(separator: "&").filter { !$0.hasPrefix("cursor=") } ?? []
            query.append("cursor=\(next)")
            headers[.link] = "<\(request.uri.path)?\(query.joined(separator: "&"))>; rel=\"next\""
        }
        return headers
    }
}
