import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { formulaBlocks } from "./formula-blocks";
import { RenderedMarkdown } from "./markdown";

const html = (source: string) => renderToStaticMarkup(<RenderedMarkdown source={source} />);
/** What a reader sees of a text without formulas. */
const seen = (source: string) =>
  html(source)
    .replace(/<br\/>\n?/g, "\n")
    .replace(/<[^>]+>/g, "")
    .replaceAll("&gt;", ">")
    .replaceAll("&#x27;", "'")
    .trim();
/** The TeX of every formula. */
const formulas = (source: string) =>
  [...html(source).matchAll(/<annotation[^>]*>([^<]*)<\/annotation>/g)].map((match) =>
    match[1]!.replaceAll("&amp;", "&").replaceAll("&lt;", "<"),
  );

describe("dollars that are dollars", () => {
  it.each([
    "Le forfait coûte 20$/mois et 30$/an.",
    "It is 50$-100$ in total, 10$-20$ each.",
    "A$AP Rocky and Ke$ha are artists; US$-denominated and A$-denominated bonds.",
    "Put $HOME/bin:$PATH and ${A}/$B in it. PHP: $user->name.$sep",
    "PATH=$HOME/bin:$PATH",
    "Cafe ($$) and Bistro ($$$) are open daily.",
    "Joe's ($$) has soup for $15 to $25, and Bella ($$$) has better for $30 to $50.",
    "Joe's ($$) and Bella ($$) are open.",
    "Joe's: $$, Bella: $$, both fine. $$ - $$.",
    "$ – cheap\n$$ – moderate\n$$$ – expensive",
    "It costs $5 to $10, or $1,000.50 – $2,000; save $5.",
    "From $5-$10, $5–$10, $5/$6, between $5 and 10$ or $20 a month, or 30$.",
    "one $ alone, two $$ alone, three $$$ alone",
    "Ca$$h is king, and Bada$$ says so.",
    "a cost of $x and one of $y",
    "see $below or above$ for it",
  ])("%s", (source) => {
    expect(formulas(source)).toEqual([]);
    expect(seen(source)).toBe(source);
  });

  it("between two distant $$", () => {
    const out = html("Ca$$h is king.\n\nThe plan costs $20/month or $40/quarter with a *discount*.\n\nBada$$ says so.");
    expect(out).not.toContain("katex");
    expect(out).toContain("costs $20/month or $40/quarter with a <em>discount</em>");
  });

  it("at the beginning of a text, which goes on as it would", () => {
    const out = html("$$ – moderate\n$$$ – expensive\n\n# Heading\n\n**bold**");
    expect(out).not.toContain("katex");
    expect(out).toMatch(/>Heading<\/h3>[^]*<strong>bold<\/strong>/);
    expect(html("$$\n\n- one\n- two\n\n# Heading")).toMatch(/<li[^>]*>one<\/li>[^]*>Heading<\/h3>/);
    expect(html("Joe's\n\n$$\n\nGood soup and good bread.\n\nBella\n\n$$\n\n**end**")).toContain("<strong>end</strong>");
  });

  it("in code, in links and in tables", () => {
    expect(html("Run `echo $A` and `$B` costs $5.")).toContain("<code>echo $A</code> and <code>$B</code> costs $5.");
    expect(html("```\necho $A $B\n```\n")).toContain("echo $A $B");
    expect(html("    $a$\n")).toContain("<code>$a$\n</code>");
    expect(html("| item | price |\n|---|---|\n| x | 5$ |\n| y | 6$ |")).not.toContain("katex");
    expect(html("costs $5, run `x$` now")).not.toContain("katex");
    expect(seen("already \\$3 and \\$4")).toBe("already $3 and $4");
  });
});

describe("dollars that are formulas", () => {
  it.each<[string, string[]]>([
    ["Energy $E=mc^2$, then", ["E=mc^2"]],
    ["It is $5, where $x$ is", ["x"]],
    ["($x_1^2$)-like and $a$-b", ["x_1^2", "a"]],
    ["**$x$** and *$a_1 * b_2$ and* $c_1 * d$", ["x", "a_1 * b_2", "c_1 * d"]],
    ["in $O(n log n)$ or $P(A, B)$, $rate$ and $Profit = Revenue - Cost$", ["O(n log n)", "P(A, B)", "rate", "Profit = Revenue - Cost"]],
    ["and $$E=mc^2$$ end", ["E=mc^2"]],
    ["$$ a\n< b $$", ["a\n< b"]],
    ["$$\nx^2\n$$", ["x^2"]],
    ["$$\nx\n+ 1\n- 2\n\n= y\n$$\nthen", ["x\n+ 1\n- 2\n\n= y"]],
    ["text\n$$\nx\n$$\ntext", ["x"]],
    ["$$ x\n+ 1 $$", ["x\n+ 1"]],
    ["- So\n  $$\n  x\n  + 1\n  $$\n  then", ["x\n+ 1"]],
    ["> $$\n> x\n> - 1\n> $$\n> then", ["x\n- 1"]],
    ["1. $$\n   x\n   $$\n2. two", ["x"]],
    ["$$\\text{if $x$}$$", ["\\text{if $x$}"]],
    ["| a |\n|---|\n| $x$ |", ["x"]],
    ["```math\nx^2\n```", ["x^2"]],
  ])("%s", (source, wanted) => expect(formulas(source)).toEqual(wanted));

  it("stands apart with two, in the line with one", () => {
    expect(html("and $$E=mc^2$$ end")).toContain("katex-display");
    expect(html("and $E=mc^2$ end")).not.toContain("katex-display");
  });

  it("goes on with the list and the text around it", () => {
    expect(html("- So\n  $$\n  x\n  $$\n  then\n- two")).toMatch(/<li[^>]*>So[^]*then<\/li>\s*<li[^>]*>two/);
    expect(html("$$\nx\n$$\n# Heading")).toContain("Heading</h3>");
  });
});

describe("backslashes", () => {
  it.each<[string, string[]]>([
    [
      "Inline \\(a_1 + b_2\\), \\(x\\), \\(ABC\\), \\(n \\log n\\), \\(n log n\\), \\( P(A | B) \\)",
      ["a_1 + b_2", "x", "ABC", "n \\log n", "n log n", "P(A | B)"],
    ],
    ["\\[ \\int_0^1 x\\,dx \\]", ["\\int_0^1 x\\,dx"]],
    ["So\n\\[ x = 1 \\]\nthen", ["x = 1"]],
    ["So \\[x^2\\] then", ["x^2"]],
    ["- So\n  \\[\n  x\n  + 1\n  \\]\n  then", ["x\n+ 1"]],
    ["\\[\nx\n\\].", ["x."]],
    ["\\[\n\\begin{cases} a \\\\[2pt]\nb \\end{cases}\n\\]", ["\\begin{cases} a \\\\[2pt]\nb \\end{cases}"]],
    ["\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\n\nAfter.", ["\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}"]],
    ["So\n\\begin{equation*}\nx\n- 1\n\\end{equation*}\nthen", ["\\begin{equation*}\nx\n- 1\n\\end{equation*}"]],
    ["M is \\begin{pmatrix} 1 & 0 \\end{pmatrix} here", ["\\begin{pmatrix} 1 & 0 \\end{pmatrix}"]],
  ])("formula: %s", (source, wanted) => expect(formulas(source)).toEqual(wanted));

  it.each<[string, string]>([
    ["Type \\[y\\] to go on, \\[Y/n\\].", "Type [y] to go on, [Y/n]."],
    ["a footnote \\(see below\\) and \\(optional\\)", "a footnote (see below) and (optional)"],
    [
      "Escape \\[ and \\] in a regex. Use \\[tag\\] and \\[my\\_tag\\] and \\[INSERT_NAME\\] here.",
      "Escape [ and ] in a regex. Use [tag] and [my_tag] and [INSERT_NAME] here.",
    ],
    ["\\[1\\] Knuth, \\[citation needed\\]", "[1] Knuth, [citation needed]"],
    ["\\[x\\] done", "[x] done"],
    ["\\[ \\] to do", "[ ] to do"],
    ["\\[TODO\\]", "[TODO]"],
    ["\\[text\\](not a link)", "[text](not a link)"],
    ["\\\\(x\\\\)", "\\(x\\)"],
    ["`\\(x\\)`", "\\(x\\)"],
    ["\\(siehe Seite 3\\), \\(見\\)", "(siehe Seite 3), (見)"],
    ["\\begin{document} hello \\end{document}", "\\begin{document} hello \\end{document}"],
  ])("text: %s", (source, wanted) => {
    expect(formulas(source)).toEqual([]);
    expect(seen(source)).toBe(wanted);
  });
});

describe("a formula that cannot be typeset", () => {
  it("shows its source, and only itself", () => {
    const out = html("Good $x$, bad $\\frac{1}{$ and $\\nosuch{x}$, **bold** $y$.\n\n$$\n\\frac{\n$$\n\nEnd.");
    expect(out).toContain('<span class="md-source">$\\frac{1}{$</span>');
    expect(out).toContain('<span class="md-source">$\\nosuch{x}$</span>');
    expect(out).toContain('<div class="md-source">$$\n\\frac{\n$$</div>');
    expect(out.match(/class="katex"/g)).toHaveLength(2);
    expect(out).toMatch(/<strong>bold<\/strong>[^]*<p[^>]*>End\.<\/p>/);
  });

  it("that is nested too deeply, too", () => {
    const roots = `$${"\\sqrt{".repeat(500)}x${"}".repeat(500)}$`;
    const out = html(`Before ${roots} after **it** and $y$.`);
    expect(out).toContain(`<span class="md-source">${roots}</span>`);
    expect(out).toContain("<strong>it</strong>");
    expect(out).toContain('class="katex"');
  });
});

describe("time", () => {
  it("is in proportion to the text, even on text made to be slow", () => {
    const started = performance.now();
    const units = [
      "$a ",
      "`",
      "` ``",
      "\\(",
      "\\[",
      "$$$",
      "$$",
      "$$ a ",
      "$a`",
      "\\begin{array}",
      "\\begin{array} a \\end{array} b",
      "$a$ ",
    ];
    for (const unit of units) html(unit.repeat(10_000 / unit.length));
    for (const unit of ["$$", "\\[", "\\begin{array}", "$$ a", "> $$"]) formulaBlocks(Array<string>(20_000).fill(unit));
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe("prose", () => {
  it("keeps line breaks, but not those of code", () => {
    expect(html("Roses are red\nViolets are *blue\nand* so")).toContain("Roses are red<br/>\nViolets are <em>blue<br/>\nand</em> so");
    expect(html("a\r\nb")).toContain("a<br/>\nb");
    expect(html("- one\n  two\n> three\n> four").match(/<br\/>/g)).toHaveLength(2);
    expect(html("```\na\nb\n```\n\n`a\nb`\n\n    c\n    d")).not.toContain("<br/>");
  });

  it("keeps the lines of raw HTML", () => {
    expect(html("<div>\n  <p>x</p>\n</div>")).toContain(
      '<p class="md-html" dir="auto">&lt;div&gt;\n  &lt;p&gt;x&lt;/p&gt;\n&lt;/div&gt;</p>',
    );
    expect(html("an <b>x</b>")).toContain('an <span class="md-html">&lt;b&gt;</span>x');
  });

  it("strikes out with two tildes, never with one", () => {
    expect(html("5~7 and 100~200; H~2~O; about ~5 to ~10")).not.toContain("<del>");
    expect(html("~~gone~~")).toContain("<del>gone</del>");
  });
});
