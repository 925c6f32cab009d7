import Hummingbird
import NIOCore
import SluiceCore
import SluicePipeline

/// What stands around every page.
struct PageFrame {
    /// The parts of the site.
    enum Section: CaseIterable {
        case overview, review, shards, sources

        var title: String {
            switch self {
            case .overview: "Overview"
            case .review: "Review"
            case .shards: "Shards"
            case .sources: "Sources"
            }
        }

        var path: HTML {
            switch self {
            case .overview: "/"
            case .review: "/review"
            case .shards: "/shards"
            case .sources: "/sources"
            }
        }
    }

    /// The title, without the site's name.
    var title: String
    /// The part of the site that it belongs to.
    var section: Section?
    /// Who looks at it.
    var caller: Caller = .nobody
    /// What stands in the search box.
    var query = ""
    /// True where a browser without scripts fetches the page again every few seconds.
    var refreshes = false

    /// The whole page.
    func html(_ main: HTML) -> HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>\(title) · Sluice</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="\(PageAssets.style.path)">
        <script src="\(PageAssets.script.path)"></script>
        \(if: refreshes, "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>\n")</head>
        <body>
        <a class="skip" href="#main">Skip to the content</a>
        \(patterns)
        <header class="site">
        <div class="bar">
        <a class="name" href="/">Sluice</a>
        \(if: caller.may(.read), navigation)
        </div>
        </header>
        <main id="main" tabindex="-1">
        <h1>\(title)</h1>
        \(main)
        </main>
        <footer class="site"><div class="bar">
        <span>Sluice \(Tool.version)</span>
        \(account)
        </div></footer>
        </body>
        </html>

        """
    }

    private var navigation: HTML {
        let items = Section.allCases.map { item -> HTML in
            "<li><a href=\"\(item.path)\"\(if: item == section, " aria-current=\"page\"")>\(item.title)</a></li>\n"
        }
        return """
            <nav aria-label="Main"><ul>
            \(items)</ul></nav>
            <form class="search" role="search" action="/search" method="get">
            <label class="unseen" for="q">Find a document, address, host, record or source</label>
            <input id="q" name="q" type="search" value="\(query)" maxlength="\(Record.nameLimit)" autocomplete="off" spellcheck="false" \
            placeholder="URL, host, id, record or SHA-256">
            <button type="submit">Find</button>
            </form>
            """
    }

    /// Who is signed in; a session alone can be ended.
    private var account: HTML {
        if !caller.isKnown { return .empty }
        let isToken = caller.name != "local" && !caller.name.hasPrefix("uid:")
        return """
            <span>\(Badges.foreign(caller.name))</span>
            \(if: isToken, "<form method=\"post\" action=\"/logout\"><button class=\"quiet\" type=\"submit\">Sign out</button></form>")
            """
    }

    /// Patterns tell verdicts apart where colours do not; every plot refers to these.
    private var patterns: HTML {
        """
        <svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>
        <pattern id="p-uncertain" width="10" height="10" patternUnits="userSpaceOnUse">\
        <rect class="back" width="10" height="10"/><circle class="dot" cx="5" cy="5" r="2"/></pattern>
        <pattern id="p-synthetic" width="10" height="10" patternUnits="userSpaceOnUse" \
        patternTransform="rotate(45)"><rect class="back" width="10" height="10"/>\
        <rect class="line" width="4" height="10"/></pattern>
        </defs></svg>
        """
    }
}

extension Response {
    /// An answer of a page, or of a piece of one.
    static func page(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
        .text(html.text, type: "text/html; charset=utf-8", status: status)
    }
}
