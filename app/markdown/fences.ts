/** Info strings of backtick fences hold no backticks: ```x``` on one line is inline code. */
const FENCE = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?![^\n]*`)|~{3,})/;

/** The code fence that this line opens, or an empty string. */
export const opensFence = (line: string): string => FENCE.exec(line)?.[1] ?? "";

/** A closing fence is at least as long as the opening one and stands alone on its line. */
export function closes(line: string, fence: string): boolean {
  const text = line.replace(/^[ \t>]*/, "").trimEnd();
  return text.length >= fence.length && text.startsWith(fence) && [...text].every((char) => char === fence[0]);
}

/** The lines of a text with their ends, and whether each is code: between fences, which belong to it. */
export function codeLines(text: string): { line: string; code: boolean }[] {
  let fence = "";
  return text.split(/(?<=\n)/).map((line) => {
    const inside = fence !== "";
    if (!inside) fence = opensFence(line);
    else if (closes(line, fence)) fence = "";
    return { line, code: inside || fence !== "" };
  });
}
