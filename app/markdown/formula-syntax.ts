import { formulaBlocks } from "./formula-blocks";
import { step, type Step } from "./formulas";

/** The parser's own words (micromark), as far as they are used here. */
type Code = number | null;
type State = (code: Code) => State | undefined;
type Effects = { enter(type: string): void; exit(type: string): void; consume(code: Code): void };
type Tokenizer = { previous: Code; interrupt?: boolean; parser: { lazy: Record<number, boolean | undefined> }; now(): { line: number } };
type Compiler = {
  enter(node: FormulaNode, token: Token): void;
  exit(token: Token): void;
  sliceSerialize(token: Token): string;
};
type Token = { type: string };
type FormulaNode = {
  type: "formula";
  value: string;
  data: { hName: "var"; hProperties: { className: string[] }; hChildren: { type: "text"; value: string }[] };
};

const DOLLAR = 36;
const BACKSLASH = 92;
const isLineEnd = (code: Code): code is number => code !== null && code <= -3;

function charOf(code: Code): string {
  if (code === null) return "";
  if (code < 0) return isLineEnd(code) ? "\n" : " ";
  return String.fromCharCode(code);
}

/** A formula in the tree: an element that no Markdown makes otherwise, with its source as its text. */
export function formulaNode(source: string, block: boolean): FormulaNode {
  const className = block ? ["formula-block"] : ["formula"];
  return {
    type: "formula",
    value: source,
    data: { hName: "var", hProperties: { className }, hChildren: [{ type: "text", value: source }] },
  };
}

/** Formulas inside a paragraph. */
const inText = {
  name: "formula",
  previous: (code: Code) => !/[\p{L}\p{N}$]/u.test(charOf(code)),
  tokenize(this: Tokenizer, effects: Effects, ok: State, nok: State): State {
    let seen = "";
    let inData = false;
    const data = (on: boolean) => {
      if (on !== inData) effects[on ? "enter" : "exit"]("formulaData");
      inData = on;
    };
    const finish = (result: Exclude<Step, "more">, code: Code) => {
      data(false);
      effects.exit("formula");
      return result === "formula" ? ok(code) : nok(code);
    };
    const take: State = (code) => {
      const result = step(seen, charOf(code));
      if (result !== "more") return finish(result, code);
      seen += charOf(code);
      data(!isLineEnd(code));
      if (isLineEnd(code)) effects.enter("lineEnding");
      effects.consume(code);
      if (isLineEnd(code)) effects.exit("lineEnding");
      return take;
    };
    return (code) => {
      effects.enter("formula");
      return take(code);
    };
  },
};

/** Formulas on lines of their own, whose first and last lines are known already. */
function inFlow(source: string) {
  const blocks = formulaBlocks(source.split(/\r\n|\r|\n/));
  return {
    name: "formulaBlock",
    concrete: true,
    tokenize(this: Tokenizer, effects: Effects, ok: State, nok: State): State {
      const last = (blocks.get(this.now().line - 1) ?? -1) + 1;
      const finish: State = (code) => {
        effects.exit("formulaBlock");
        return ok(code);
      };
      const lineEnd: State = (code) => {
        if (code === null || this.now().line >= last) return finish(code);
        effects.enter("lineEnding");
        effects.consume(code);
        effects.exit("lineEnding");
        return lineStart;
      };
      const lineStart: State = (code) => {
        if (this.parser.lazy[this.now().line]) return finish(code);
        if (code === null || isLineEnd(code)) return lineEnd(code);
        effects.enter("formulaData");
        return line(code);
      };
      const line: State = (code) => {
        if (code !== null && !isLineEnd(code)) {
          effects.consume(code);
          return line;
        }
        effects.exit("formulaData");
        return lineEnd(code);
      };
      return (code) => {
        if (last === 0) return nok(code);
        if (this.interrupt) return ok(code);
        effects.enter("formulaBlock");
        return lineStart(code);
      };
    },
  };
}

function compile(this: Compiler, token: Token) {
  const source = this.sliceSerialize(token);
  this.enter(formulaNode(source, token.type === "formulaBlock"), token);
  this.exit(token);
}

/** Teaches the parser formulas. The source is given beforehand: see `formulaBlocks`. */
export function remarkFormulas(this: { data(): object }, source: string): void {
  const data = this.data() as { micromarkExtensions?: unknown[]; fromMarkdownExtensions?: unknown[] };
  const flow = inFlow(source);
  (data.micromarkExtensions ??= []).push({
    text: { [DOLLAR]: inText, [BACKSLASH]: { ...inText, previous: undefined } },
    flow: { [DOLLAR]: flow, [BACKSLASH]: flow },
  });
  (data.fromMarkdownExtensions ??= []).push({ enter: { formula: compile, formulaBlock: compile } });
}
