import SluiceCore
import SluiceLedger
import SluiceStore

/// Small signs that stand on many pages.
enum Badges {
    /// A verdict, by a sign of its own and a word; what a detector calls real says what that means.
    static func verdict(_ judgement: RecordedJudgement) -> HTML {
        let isDetected = judgement.origin == .detected || judgement.origin == .prior
        let isSilence = judgement.verdict == .real && isDetected
        return """
            <span class="badge \(judgement.verdict.rawValue)"><span aria-hidden="true">\(sign(judgement.verdict))</span> \
            \(judgement.verdict.rawValue)</span>\(if: isSilence, " <small>no evidence found</small>")
            """
    }

    /// The sign of a verdict, for those who do not tell its colour.
    static func sign(_ verdict: Verdict) -> String {
        switch verdict {
        case .real: "●"
        case .synthetic: "▲"
        case .uncertain: "◆"
        }
    }

    /// A decision.
    static func decision(_ decision: DecisionKind) -> HTML { "<span class=\"tag\">\(decision.rawValue)</span>" }

    /// A moment.
    static func time(_ microseconds: Int64) -> HTML {
        """
        <time datetime="\(Timestamp.text(microseconds: microseconds))">\(Wording.moment(microseconds))<span \
        class="zone"> UTC</span></time>
        """
    }

    /// A document's digest as a link to its page.
    static func document(_ digest: Digest) -> HTML {
        "<a class=\"digest\" href=\"/document/\(digest.hex)\">\(Wording.short(digest))</a>"
    }

    /// A shard's number as a link to its page; `held` where there is none.
    static func shard(_ number: Int64?) -> HTML {
        guard let number else { return "held" }
        return "<a href=\"/shards/\(number)\">shard \(number)</a>"
    }

    /// Whatever somebody else has called something: kept together, in its own direction.
    static func foreign(_ text: String) -> HTML { "<bdi class=\"foreign\">\(text)</bdi>" }

    /// A source as a link to the rows that came from it.
    static func source(_ name: String) -> HTML {
        "<a href=\"/search?q=\(Wording.query("source:" + name))\">\(foreign(name))</a>"
    }

    /// A list of facts.
    static func facts(_ facts: [(name: String, value: HTML)]) -> HTML {
        let items = facts.map { fact -> HTML in "<div><dt>\(fact.name)</dt><dd>\(fact.value)</dd></div>\n" }
        return "<dl class=\"facts\">\n\(items)</dl>"
    }
}
