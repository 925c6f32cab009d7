/// A queue: what came first leaves first.
struct Line<Element> {
    private var elements: [Element] = []
    private var head = 0

    /// What leaves next.
    var first: Element? { head < elements.count ? elements[head] : nil }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Puts an element before all others.
    mutating func prepend(_ element: Element) {
        if head > 0 {
            head -= 1
            elements[head] = element
        } else {
            elements.insert(element, at: 0)
        }
    }

    mutating func removeFirst() {
        guard head < elements.count else { return }
        head += 1
        // Now and then, so that each removal costs the same on average.
        if head >= 64, head * 2 >= elements.count {
            elements.removeFirst(head)
            head = 0
        }
    }
}
