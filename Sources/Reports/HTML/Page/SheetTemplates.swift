internal import Mustache

/// The pages' templates; every value goes through ``HTMLText/escape(_:)``.
struct SheetTemplates {
  /// The sheet.
  let index: MustacheTemplate
  /// A page of cases without a script.
  let list: MustacheTemplate

  /// Reads the templates.
  ///
  /// - Throws: what the parser throws, which tests would have seen.
  init() throws {
    index = try HTMLText.template(Self.head(scripts: true) + Self.indexBody)
    list = try HTMLText.template(Self.head(scripts: false) + Self.listBody)
  }

  /// What a page may do: load scripts, styles and pictures that lie beside it, and ask where it came from,
  /// which a page opened as a file cannot.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    + "base-uri 'none'; form-action 'none'"

  private static func head(scripts: Bool) -> String {
    let loaded =
      scripts
      ? #"""
      <script defer src="sheet.js"></script>
      {{#scripts}}<script defer src="{{.}}"></script>
      {{/scripts}}<script defer src="queue.js"></script>
      <script defer src="script.js"></script>

      """# : ""
    return PageHead.html(title: "Proof sheet {{run}}", policy: policy, loading: loaded)
  }

  private static let banner = #"""
    {{#simulated}}<p class="banner" role="note"><strong>Simulated.</strong> The pictures come from <code>proofsheet simulate</code>, a stand-in that draws on the input. It is no model: they say nothing about what a model makes.</p>
    {{/simulated}}
    """#

  private static let oneCase = #"""
    <article class="listed" id="{{anchor}}">
    <h3><span class="mark v-{{verdict}}">{{outcome}}</span> <bdi>{{suite}}</bdi> / <bdi>{{id}}</bdi></h3>
    <p class="reason"><bdi>{{reason}}</bdi></p>
    <blockquote><bdi>{{prompt}}</bdi></blockquote>
    <ul class="strip">{{#pictures}}<li>{{#hasFile}}<a href="{{url}}">{{/hasFile}}<img src="{{thumbnail}}" alt="{{label}} of {{id}}" loading="lazy" decoding="async">{{#hasFile}}</a>{{/hasFile}}<span><bdi>{{label}}</bdi></span></li>{{/pictures}}</ul>
    <ul class="checks">{{#checks}}<li><span class="mark {{#bad}}v-failure{{/bad}}{{^bad}}v-success{{/bad}}">{{verdict}}</span> <b><bdi>{{name}}</bdi></b>: <bdi>{{message}}</bdi></li>{{/checks}}</ul>
    {{#lines}}<p class="line"><bdi>{{.}}</bdi></p>{{/lines}}
    <p class="facts">{{#facts}}<span>{{name}} <b><bdi>{{value}}</bdi></b></span> {{/facts}}</p>
    {{#hasHint}}<p class="hint">Next: <code><bdi>{{hint}}</bdi></code></p>{{/hasHint}}
    </article>

    """#

  private static let indexBody =
    #"""
    <body>
    <a class="skip" href="#main">Skip to the sheet</a>
    <header class="top">
    <div class="title">
    <h1>Proof sheet</h1>
    <p class="verdict"><span class="mark {{#isGood}}v-success{{/isGood}}{{^isGood}}v-failure{{/isGood}}">{{verdict}}</span> {{total}}{{#warnings}}, <strong>{{.}}</strong>{{/warnings}}</p>
    </div>
    <p class="run"><bdi>{{run}}</bdi></p>
    </header>

    """# + banner + #"""
      {{#hasFindings}}<section class="findings" aria-labelledby="findings-title"><h2 id="findings-title">Recordings</h2><ul>
      {{#findings}}<li><span class="mark {{#failure}}v-failure{{/failure}}{{^failure}}v-skipped{{/failure}}">{{kind}}</span> <bdi>{{suite}}</bdi>: <bdi>{{message}}</bdi>{{#subjects}}<br><code><bdi>{{.}}</bdi></code>{{/subjects}}<br>Next: <code><bdi>{{next}}</bdi></code></li>
      {{/findings}}</ul></section>{{/hasFindings}}
      <main id="main" tabindex="-1">
      <section id="sheet" aria-label="Proof sheet" hidden></section>
      <section id="review" aria-label="Review" hidden></section>
      <section id="case" aria-label="Case" hidden></section>
      <noscript>
      <p class="note">This page is read without its script. Below are the cases that did not pass; every case stands in the lists:
      {{#pages}}<a href="{{url}}">{{number}}</a> {{/pages}}</p>
      {{#worst}}
      """# + oneCase + #"""
      {{/worst}}
      </noscript>
      </main>
      <details class="about" id="about"><summary>About this run</summary>
      <div class="plots">{{#plots}}<figure><figcaption>{{title}}</figcaption><svg viewBox="0 0 {{width}} {{height}}" role="img" aria-label="{{title}}: {{words}}">{{#bars}}<rect class="{{kind}}" x="{{x}}" y="{{y}}" width="{{width}}" height="{{height}}"><title>{{title}}</title></rect>{{/bars}}{{#labels}}<text x="3" y="{{y}}">{{text}}</text>{{/labels}}</svg><p><span>{{left}}</span><span>{{right}}</span></p><p class="words">{{words}}</p></figure>{{/plots}}</div>
      <table><caption>Suites</caption><thead><tr><th scope="col">suite</th><th scope="col">file</th><th scope="col">cases</th><th scope="col">digest</th></tr></thead><tbody>
      {{#suites}}<tr><th scope="row"><bdi>{{name}}</bdi></th><td><bdi>{{path}}</bdi></td><td>{{cases}}</td><td><code>{{digest}}</code></td></tr>
      {{/suites}}</tbody></table>
      <p>Started {{started}}{{#hasEndpoint}} against <bdi>{{endpoint}}</bdi>{{/hasEndpoint}}, by proofsheet {{version}}. The run for programs: <a href="run.json">run.json</a>, <a href="run.jsonl">run.jsonl</a>.{{#hasPages}} Lists without a script: {{#pages}}<a href="{{url}}">{{number}}</a> {{/pages}}{{/hasPages}}</p>
      </details>
      </body>
      </html>

      """#

  private static let listBody =
    #"""
    <body class="plain">
    <header class="top"><div class="title"><h1>Cases, page {{page}}</h1></div><p class="run"><bdi>{{run}}</bdi></p></header>

    """# + banner + #"""
      <nav aria-label="Pages"><a href="index.html">Proof sheet</a> {{#pages}}<a href="{{url}}"{{#current}} aria-current="page"{{/current}}>{{number}}</a> {{/pages}}</nav>
      <main id="main">
      {{#cases}}
      """# + oneCase + #"""
      {{/cases}}
      </main>
      </body>
      </html>

      """#

  /// The sign of the page in a browser's tabs.
  static func icon(isGood: Bool) -> String {
    let colour = isGood ? "#1a7f37" : "#c42b1c"
    let frames = [(3, 3), (17, 3), (3, 17), (17, 17)].map {
      "<rect x=\"\($0)\" y=\"\($1)\" width=\"12\" height=\"12\" rx=\"2\" fill=\"\(colour)\"/>"
    }
    return
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">\(frames.joined())</svg>\n"
  }
}
