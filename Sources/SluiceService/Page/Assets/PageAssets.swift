import HTTPTypes
import Hummingbird
import NIOCore
import SluiceCore

/// The files that pages refer to. Their names hold a digest of what is in them, so that browsers keep them for good.
enum PageAssets {
    /// One file.
    struct Asset: Sendable {
        var name: String
        var type: String
        var bytes: [UInt8]

        /// Where it is found.
        var path: String { "/static/\(name)" }

        fileprivate init(_ stem: String, _ ending: String, type: String, _ bytes: [UInt8]) {
            name = "\(stem)-\(Digest.of(bytes).hex.prefix(12)).\(ending)"
            self.type = type
            self.bytes = bytes
        }
    }

    /// How pages look.
    static let style = Asset("style", "css", type: "text/css; charset=utf-8", PackageResources.style_css)

    /// What they do besides.
    static let script = Asset("page", "js", type: "text/javascript; charset=utf-8", PackageResources.page_js)

    /// The file of a name.
    static func response(_ name: String) throws(Problem) -> Response {
        guard let asset = [style, script].first(where: { $0.name == name }) else {
            throw Problem(.notFound, "there is no such file")
        }
        return Response(
            status: .ok,
            headers: [.contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}
