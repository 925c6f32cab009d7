/// Does independent pieces of work on several threads.
enum Concurrently {
    /// What `body` makes of each element, in the order of `elements` whatever order they are finished in; at most `workers`
    /// at a time. `finished` is called for each as it ends, never for two at once.
    static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element], workers: Int, finished: (Element) -> Void = { _ in },
        _ body: @escaping @Sendable (Element) -> Result
    ) async -> [Result] {
        await withTaskGroup(of: (Int, Result).self) { group in
            var results = [Result?](repeating: nil, count: elements.count)
            var waiting = elements.indices.makeIterator()
            func start(_ group: inout TaskGroup<(Int, Result)>) {
                guard let index = waiting.next() else { return }
                let element = elements[index]
                group.addTask { (index, body(element)) }
            }
            for _ in 0..<max(workers, 1) { start(&group) }
            while let (index, result) = await group.next() {
                results[index] = result
                finished(elements[index])
                start(&group)
            }
            return results.compactMap { $0 }
        }
    }
}
