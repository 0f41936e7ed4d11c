/**
 * The text of an OpenAI stream, piece by piece. A line may be cut between two chunks, and so may a character.
 * Throws with the server's words when the stream carries an error.
 */
export async function* readDeltas(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    rest += decoder.decode(part.value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const delta = readLine(line.trim());
      if (delta === undefined) return;
      if (delta) yield delta;
    }
  }
}

type Chunk = { choices?: { delta?: { content?: string | null } }[]; error?: { message?: string } | string };

/** The text that a line adds; undefined at the end of the stream. */
function readLine(line: string): string | undefined {
  if (!line.startsWith("data:")) return "";
  const payload = line.slice(5).trim();
  if (payload === "[DONE]") return undefined;
  const chunk = JSON.parse(payload) as Chunk;
  if (chunk.error)
    throw new Error(typeof chunk.error === "string" ? chunk.error : (chunk.error.message ?? "The server reported an error."));
  return chunk.choices?.[0]?.delta?.content ?? "";
}
