import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { RenderedMarkdown } from "./markdown";
import { canParse, foldAt, splitBlocks, splitLines } from "./split";

const html = (source: string) =>
  splitBlocks(source)
    .map((piece) => renderToStaticMarkup(<RenderedMarkdown source={piece} />))
    .join("");
const lines = (count: number, line: (n: number) => string) => Array.from({ length: count }, (_, n) => line(n)).join("\n");
const long = lines(400, (n) => `Paragraph ${n} ${"word ".repeat(20)}\n`);
const table = (rows: number) =>
  `| no | country |\n|---|---|\n${lines(rows, (n) => `| ${n} | Country ${n}, where 1000 people live and more are welcome |`)}`;

describe("pieces", () => {
  it("lose no text", () => {
    expect(splitBlocks(long).length).toBeGreaterThan(5);
    expect(splitBlocks(long).join("\n")).toBe(long);
    expect(splitLines(long).join("")).toBe(long);
  });

  it.each([
    ["a table", `${long}\n\n${table(300)}\n\nAfter. ${long}`, /<table/g, 1, /<tr/g, 301],
    ["a long table", `${table(1_800)}\n\nAfter.`, /<table/g, 1, /<tr/g, 1_801],
    ["a list without blank lines", lines(800, (n) => `- item ${n}, one of many`), /<ul/g, 1, /<li/g, 800],
    [
      "a list with blank lines",
      `${long}\n\n${lines(300, (n) => `${n + 1}. item\n\n      more of ${n}\n`)}\n${long}`,
      /<ol/g,
      1,
      /<li/g,
      300,
    ],
    ["a list in a list", lines(400, (n) => `- item ${n}\n  - below ${n}\n`), /<ul/g, 401, /<li/g, 800],
    ["code", `${long}\n\n\`\`\`js\n${"a();\n\n# b\n".repeat(3_000)}\`\`\`\n\nAfter ${long}`, /<pre/g, 1, /md-h1/g, 0],
    ["code in a list", `- one\n\n  ~~~\n${"  a();\n\n".repeat(3_000)}  ~~~\n- two\n\n${long}`, /<ul/g, 1, /<pre/g, 1],
    ["a formula", `${"$$\n\nx\n\n+ 1\n\n$$\n\nNext.\n\n".repeat(200)}`, /katex-display|md-source block/g, 200, /<ul/g, 0],
    ["HTML", `${long}\n\n<!--\n${"# not a heading\n\n".repeat(1_000)}-->\n\n# Heading`, /md-h1/g, 1, /md-html/g, 1],
  ])("never begin inside %s", (_, source, tag, count, inner, innerCount) => {
    const out = html(source);
    expect(out).not.toContain('class="raw"');
    expect(out.match(tag) ?? []).toHaveLength(count);
    expect(out.match(inner) ?? []).toHaveLength(innerCount);
  });

  it("are made where there are headings but no blank lines, and between prices", () => {
    const parts = lines(500, (n) => `# Part ${n}\nCosts $$ and ${n} words ${"more ".repeat(10)}`);
    expect(Math.max(...splitBlocks(parts).map((piece) => piece.length))).toBeLessThan(5_000);
    expect(html(parts).match(/md-h1/g)).toHaveLength(500);
  });

  it("repeat link definitions where they are needed", () => {
    const pieces = splitBlocks(`${long}\n\n[1]: https://example.org`);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.every((piece) => piece.includes("[1]: https://example.org"))).toBe(true);
  });

  it("are plain text where parsing would take long", () => {
    expect(canParse("word ".repeat(10_000))).toBe(false);
    expect(canParse(lines(5_000, (n) => `line ${n}`))).toBe(false);
    expect(canParse("- item of a list\n".repeat(10_000))).toBe(false);
    expect(canParse(`\`\`\`\n${"code\n".repeat(100_000)}`)).toBe(true);
  });

  it("never cut a character in half", () => {
    expect(splitLines("👍".repeat(9_000)).every((piece) => encodeURIComponent(piece) !== "")).toBe(true);
    expect(foldAt("👍".repeat(9_000), 1_001)).toBe(1_002);
  });
});

describe("a folded text", () => {
  it("ends with a line, before a formula that would be cut", () => {
    const rows = table(300);
    expect(rows.slice(0, foldAt(rows, 16_000))).toMatch(/more are welcome \|$/);
    const formula = `${"a line\n".repeat(10)}$$\nx\n+ 1\n$$\nend\n`;
    for (let limit = 73; limit < 82; limit++) expect(formula.slice(0, foldAt(formula, limit))).toMatch(/a line$|\$\$\nx\n\+ 1\n\$\$$/);
  });

  it("is cut as the whole is, with the links of the whole", () => {
    const source = `${long}\n\n[1]: https://example.org`;
    const end = foldAt(source, 16_000);
    const pieces = splitBlocks(source, end);
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.map((piece) => piece.replace("\n\n[1]: https://example.org", "")).join("\n")).toBe(source.slice(0, end));
  });
});
