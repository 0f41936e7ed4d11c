import { expect, it } from "vitest";
import { readDeltas } from "./read-stream";

const line = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

/** The bytes in pieces of `size`, so that lines and characters are cut anywhere. */
function inPieces(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const delta of readDeltas(stream)) text += delta;
  return text;
}

it.each([1, 3, 7, 1000])("reads a stream that is cut every %i bytes", async (size) => {
  const text = `: a comment\n\n${line("Größe ")}${line("is 文字")}data: [DONE]\n\n${line("after the end")}`;
  expect(await all(inPieces(text, size))).toBe("Größe is 文字");
});

it("throws what the server says went wrong in the middle", async () => {
  const text = `${line("half")}data: ${JSON.stringify({ error: { message: "the device was lent to a job" } })}\n\n`;
  await expect(all(inPieces(text, 50))).rejects.toThrow("lent to a job");
});
