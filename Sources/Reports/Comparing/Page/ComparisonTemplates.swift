internal import Mustache

/// The templates of a comparison's pages; every value goes through ``HTMLText/escape(_:)``.
struct ComparisonTemplates {
  /// The page of the whole comparison.
  let index: MustacheTemplate
  /// A page of prompts.
  let prompts: MustacheTemplate

  /// Reads the templates.
  ///
  /// - Throws: what the parser throws, which tests would have seen.
  init() throws {
    index = try HTMLText.template(Self.head("Comparison") + Self.indexBody)
    prompts = try HTMLText.template(Self.head("Prompts, page {{page}}") + Self.promptsBody)
  }

  /// What a page may do: load styles and pictures that lie beside it; there is no script.
  static let policy =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"

  private static func head(_ title: String) -> String {
    PageHead.html(
      title: "\(title): {{a}} and {{b}}", policy: policy,
      loading: "<link rel=\"stylesheet\" href=\"compare.css\">\n")
        + #"""
        <body class="plain compared">
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top"><div class="title"><h1>\#(title)</h1></div></header>
        {{#simulated}}<p class="banner" role="note"><strong>Simulated.</strong> Pictures come from <code>proofsheet simulate</code>, a stand-in that draws on the input. It is no model: they say nothing about what a model makes.</p>
        {{/simulated}}
        <dl class="sides"><div><dt>A</dt><dd><bdi>{{a}}</bdi></dd></div><div><dt>B</dt><dd><bdi>{{b}}</bdi></dd></div></dl>

        """#
  }

  private static let indexBody =
    #"""
    <main id="main" tabindex="-1">
    <section class="block" aria-label="Verdict">
    <p class="verdicts"><b>{{prompts}}</b> {{#verdicts}}<span class="mark {{mark}}">{{count}} {{name}}</span> {{/verdicts}}</p>
    <p>Held against what {{noise}} differ by. A gate on changes <span class="mark {{gateMark}}">{{gate}}</span>.</p>
    {{#cut}}<p class="note"><bdi>{{.}}</bdi></p>{{/cut}}
    </section>
    {{#maps}}<section class="block" aria-label="Drift, prompt by seed: {{title}}"><h2>Drift, prompt by seed: <bdi>{{title}}</bdi></h2>
    <p class="soft">Mean {{unit}} between the pictures of a seed in A and in B. A cell leads to its pictures.</p>
    <p class="legend">{{#legend}}<span><i class="{{step}}" aria-hidden="true"></i>{{text}}</span> {{/legend}}</p>
    <div class="wide" tabindex="0" role="group" aria-label="Heat map"><table class="heat"><thead><tr><th scope="col">prompt</th><th scope="col">mean</th><th scope="col">noise</th>{{#seeds}}<th scope="col"><span class="away">seed </span>{{.}}</th>{{/seeds}}</tr></thead><tbody>
    {{#rows}}<tr><th scope="row"><a href="{{url}}"><bdi>{{name}}</bdi></a> <span class="mark {{mark}}">{{verdict}}</span></th><td>{{mean}}</td><td>{{noise}}</td>{{#cells}}{{#isKnown}}<td class="{{step}}"><a href="{{url}}" aria-label="{{label}}">{{text}}</a></td>{{/isKnown}}{{^isKnown}}<td>–</td>{{/isKnown}}{{/cells}}</tr>
    {{/rows}}</tbody></table></div>
    {{#cut}}<p class="note">{{.}}</p>{{/cut}}
    </section>
    {{/maps}}
    <section class="block" aria-label="Prompts"><h2>Prompts, the worst first</h2>
    <div class="wide" tabindex="0" role="group" aria-label="Table of prompts"><table class="figurestable"><thead><tr><th scope="col">prompt</th>{{#titles}}<th scope="col">{{.}}</th>{{/titles}}</tr></thead><tbody>
    {{#rows}}<tr><th scope="row"><a href="{{url}}"><bdi>{{name}}</bdi></a></th><td><span class="mark {{mark}}">{{verdict}}</span></td>{{#cells}}<td>{{.}}</td>{{/cells}}</tr>
    {{/rows}}</tbody></table></div>
    {{^isOnePage}}<nav aria-label="Pages">Side by side: {{#files}}<a href="{{url}}">{{number}}</a> {{/files}}</nav>{{/isOnePage}}
    </section>
    {{#hasQualities}}<section class="block" aria-label="Quality"><h2>Quality of each side</h2>
    """#
    + qualityTable + #"""
      {{#hasTags}}<div class="wide" tabindex="0" role="group" aria-label="Table of tags"><table class="figurestable"><caption>By tag</caption><thead><tr><th scope="col">tag</th><th scope="col">prompts</th><th scope="col">changed</th><th scope="col">A is better in</th><th scope="col">B is better in</th></tr></thead><tbody>
      {{#tags}}<tr><th scope="row"><bdi>{{name}}</bdi></th><td>{{prompts}}</td><td>{{changed}}</td><td>{{inA}}</td><td>{{inB}}</td></tr>
      {{/tags}}</tbody></table></div>
      {{#tags}}<details><summary>Quality of prompts with tag <bdi>{{name}}</bdi></summary>
      """# + qualityTable + #"""
      </details>{{/tags}}{{/hasTags}}
      </section>{{/hasQualities}}
      {{#hasMissing}}<section class="block" aria-label="Without a partner"><h2>{{missingCount}} without a partner</h2><ul class="lines">
      {{#missing}}<li>{{side}} <bdi>{{name}}</bdi> <bdi>{{reason}}</bdi></li>
      {{/missing}}</ul></section>{{/hasMissing}}
      {{#isOnePage}}<h2 class="block">Side by side, the worst first</h2>
      """# + sections + #"""
      {{/isOnePage}}
      </main>
      </body>
      </html>

      """#

  private static let promptsBody =
    pages + #"""
      <main id="main" tabindex="-1">
      """# + sections + #"""
      </main>
      """# + pages + #"""
      </body>
      </html>

      """#

  private static let pages = #"""
    <nav aria-label="Pages"><a href="index.html">Comparison</a> {{#hasPrevious}}<a href="{{previous}}">Previous page</a> {{/hasPrevious}}{{#hasNext}}<a href="{{next}}">Next page</a> {{/hasNext}}<span class="soft">{{page}} of {{pages}}</span></nav>

    """#

  private static let qualityTable = #"""
    <div class="wide" tabindex="0" role="group" aria-label="Table of quality"><table class="figurestable"><thead><tr><th scope="col">quality</th><th scope="col">A</th><th scope="col">B</th><th scope="col">n</th><th scope="col">p</th><th scope="col">better</th></tr></thead><tbody>
    {{#qualities}}<tr><th scope="row">{{name}}</th><td>{{a}}</td><td>{{b}}</td><td>{{n}}</td><td>{{p}}</td><td>{{#isBetter}}<b>{{better}}</b>{{/isBetter}}{{^isBetter}}{{better}}{{/isBetter}}</td></tr>
    {{/qualities}}</tbody></table></div>

    """#

  private static let spread = #"""
    <figure class="spread"><figcaption><bdi>{{title}}</bdi></figcaption><svg viewBox="0 0 {{width}} {{height}}" role="img" aria-label="{{title}}: {{words}}">{{#ticks}}<path class="d-grid" d="M{{x}} 0V{{bottom}}"/><text x="{{x}}" y="{{base}}" text-anchor="middle">{{text}}</text>{{/ticks}}{{#labels}}<text x="4" y="{{y}}">{{text}}</text>{{/labels}}{{#shapes}}<path class="{{kind}}" d="{{d}}"/>{{/shapes}}<path class="d-mean" d="{{means}}"/></svg>
    <p class="key"><span class="k-across">● A to B</span> <span class="k-first">▲ {{inFirst}}</span> <span class="k-second">■ {{inSecond}}</span> <span>┃ mean</span></p><p class="words">{{words}}</p></figure>

    """#

  private static let onePair = #"""
    <li><p><span class="mark {{mark}}">{{level}}</span> <bdi>{{a}}</bdi> · <bdi>{{b}}</bdi>{{image}}</p>
    <ul class="strip">{{#pictures}}<li>{{#isShown}}{{#hasFile}}<a href="{{url}}">{{/hasFile}}<img src="{{thumbnail}}" alt="{{alt}}" loading="lazy" decoding="async">{{#hasFile}}</a>{{/hasFile}}{{/isShown}}{{^isShown}}<span class="blank"><bdi>{{note}}</bdi></span>{{/isShown}}<span><bdi>{{label}}</bdi></span></li>{{/pictures}}</ul>
    <p class="soft"><bdi>{{summary}}</bdi></p>
    {{#hasFigures}}<details><summary>Figures</summary><dl class="figures">{{#figures}}<div><dt><bdi>{{name}}</bdi></dt><dd>{{value}}</dd></div>{{/figures}}</dl></details>{{/hasFigures}}</li>

    """#

  private static let sections =
    #"""
    <p class="soft block">Levels of a pair: {{levels}}.</p>
    {{#hasMaps}}<p class="legend block"><span>Differences, ΔE 2000 of a pixel:</span> <span><i class="heat1" aria-hidden="true"></i>above 1</span> <span><i class="heat2" aria-hidden="true"></i>above 2.3</span> <span><i class="heat3" aria-hidden="true"></i>above 5</span> <span><i class="heat4" aria-hidden="true"></i>above 10</span></p>{{/hasMaps}}
    {{#sections}}<article class="listed promptpart"{{#isWhole}} id="{{anchor}}"{{/isWhole}}>
    <h3><span class="mark {{mark}}">{{verdict}}</span> <bdi>{{name}}</bdi>{{^isWhole}}, continued{{/isWhole}}</h3>
    {{#isWhole}}{{#hasPrompt}}<blockquote><bdi>{{prompt}}</bdi></blockquote>{{/hasPrompt}}
    <div class="evidence"><div><p>{{words}}</p>{{#evidence}}<p>{{.}}</p>{{/evidence}}{{#kept}}<p>{{.}}</p>{{/kept}}{{#notices}}<p class="line"><bdi>{{.}}</bdi></p>{{/notices}}</div>
    {{#plots}}
    """# + spread + #"""
      {{/plots}}</div>{{/isWhole}}
      {{#seeds}}<section class="seed"{{#hasAnchor}} id="{{anchor}}"{{/hasAnchor}}><h4><bdi>{{name}}</bdi> <span class="soft">{{distances}}</span></h4><ul class="pairs">{{#pairs}}
      """# + onePair + #"""
      {{/pairs}}</ul></section>
      {{/seeds}}</article>
      {{/sections}}

      """#
}
