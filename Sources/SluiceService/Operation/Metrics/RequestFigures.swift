/// Requests counted by route, method and class of status: tables of a size that is fixed at the start, whatever comes.
struct RequestFigures: Sendable {
    /// What a route is called that is not one of ours.
    static let otherRoute = "other"
    /// What is counted by name of methods; every other one is the last.
    static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"]
    /// The classes of status.
    static let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"]

    /// The templates of the routes, the unknown one last.
    let routes: [String]
    private let numbers: [String: Int]
    private(set) var durations: [Histogram]
    private var counts: [Int64]

    init(routes: [String]) {
        let known = routes.filter { $0 != RequestFigures.otherRoute }
        self.routes = known + [RequestFigures.otherRoute]
        numbers = Dictionary(zip(known, known.indices), uniquingKeysWith: { first, _ in first })
        durations = Array(repeating: Histogram(), count: self.routes.count)
        counts = Array(
            repeating: 0, count: self.routes.count * RequestFigures.methods.count * RequestFigures.classes.count)
    }

    mutating func count(route: String?, method: String, status: Int, duration: Duration) {
        let route = route.flatMap { numbers[$0] } ?? routes.count - 1
        let method = RequestFigures.methods.firstIndex(of: method) ?? RequestFigures.methods.count - 1
        let status = min(max(status / 100, 1), 5) - 1
        counts[(route * RequestFigures.methods.count + method) * RequestFigures.classes.count + status] &+= 1
        durations[route].observe(duration)
    }

    /// Every count that is not zero, with its labels.
    func forEach(_ body: (_ route: String, _ method: String, _ status: String, _ count: Int64) -> Void) {
        for (index, count) in counts.enumerated() where count > 0 {
            let (rest, status) = index.quotientAndRemainder(dividingBy: RequestFigures.classes.count)
            let (route, method) = rest.quotientAndRemainder(dividingBy: RequestFigures.methods.count)
            body(routes[route], RequestFigures.methods[method], RequestFigures.classes[status], count)
        }
    }
}
