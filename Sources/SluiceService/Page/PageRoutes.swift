import Hummingbird
import SluiceCore
import SluiceDetect
import SluiceStore

/// The page of the daemon: what a person sees of it, made here and complete without scripts.
struct PageRoutes: Sendable {
    let engine: Engine
    /// True where everybody who can reach the daemon may do everything.
    let isOpen: Bool
    let detector: Detector
    let figures: HomeFigures.Cache
    let notices: ReviewNotices

    /// The page of `engine`.
    init(engine: Engine, isOpen: Bool) {
        self.engine = engine
        self.isOpen = isOpen
        detector = Detector(model: engine.model)
        figures = HomeFigures.Cache()
        notices = ReviewNotices()
    }

    /// The templates of the routes.
    static let templates = [
        "/", "/search", "/document/{sha256}", "/review", "/shards", "/shards/seal", "/shards/{shard}", "/sources",
        "/static/{file}",
    ]

    /// Adds the routes.
    func add(to router: Router<ServiceContext>) {
        router.get("/", use: home)
        router.get("search", use: search)
        router.get("document/:sha256", use: document)
        router.get("review", use: review)
        router.post("review", use: takeReview)
        router.get("shards", use: shards)
        router.post("shards/seal", use: seal)
        router.get("shards/:shard", use: shard)
        router.get("sources", use: sources)
        router.get("static/:file") { _, context in
            try PageAssets.response(context.parameters.get("file") ?? "")
        }
    }
}
