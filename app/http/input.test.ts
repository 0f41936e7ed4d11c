import { expect, it } from "vitest";
import { z } from "zod";
import { parseApi, parseForm, parseQuery } from "./input.server";
import { pathNumber } from "./path.server";

const schema = z.object({ name: z.string(), rows: z.array(z.string()).default([]) });
const post = (body: BodyInit, headers?: HeadersInit) =>
  new Request("http://localhost/", { method: "POST", body, headers, duplex: "half" } as RequestInit);

it("reads forms of both encodings", async () => {
  const fields = new URLSearchParams([
    ["name", "ä&b"],
    ["rows[]", "1"],
  ]);
  const form = new FormData();
  for (const [key, value] of fields) form.append(key, value);
  const wanted = { name: "ä&b", rows: ["1"] };
  expect([await parseForm(post(fields), schema), await parseForm(post(form), schema)]).toEqual([wanted, wanted]);
});

it("stops reading a form that does not end, as anybody can send one to the sign-in page", async () => {
  let megabytes = 0;
  const body = new ReadableStream({
    pull: (controller) => (megabytes++ < 50 ? controller.enqueue(new Uint8Array(1 << 20).fill(97)) : controller.close()),
  });
  const request = post(body, { "Content-Type": "application/x-www-form-urlencoded" });
  await expect(parseForm(request, schema)).rejects.toMatchObject({ status: 413 });
  expect(megabytes).toBeLessThan(10);
});

it("refuses JSON that nests so deeply that a walk over it would fail, and what is no JSON, in words", async () => {
  const any = z.object({ metadata: z.json() });
  const deep = (levels: number) => `{"metadata":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  await expect(parseApi(post(deep(1_500_000)), "POST", any)).rejects.toMatchObject({ status: 400, message: /more than 100 levels/ });
  await expect(parseApi(post("{"), "POST", any)).rejects.toMatchObject({ status: 400, message: /not JSON/ });
  expect(await parseApi(post('{"metadata":{"a\\u0000":["b\\u0000"]}}'), "POST", any)).toEqual({ metadata: { "a\0": ["b"] } });
});

it("says that a body is no form, in place of failing", async () => {
  await expect(parseForm(post("{}", { "Content-Type": "application/json" }), schema)).rejects.toMatchObject({ status: 400 });
  const cut = post("--x\r\nContent-Disposition: form-data; name=", { "Content-Type": "multipart/form-data; boundary=x" });
  await expect(parseForm(cut, schema)).rejects.toMatchObject({ status: 400 });
});

it("leaves out of forms and addresses what the database has no place for", async () => {
  expect(parseQuery(new Request("http://localhost/?name=a%00b"), schema).name).toBe("ab");
  expect((await parseForm(post(new URLSearchParams({ name: "a\0b" })), schema)).name).toBe("ab");
});

it("takes a path for a number only where a row can have it", () => {
  expect(pathNumber("12", "This")).toBe(12);
  for (const odd of [undefined, "", "x", "-1", "1.5", "99999999999", "NaN"])
    expect(() => pathNumber(odd, "This")).toThrow(expect.objectContaining({ status: 404 }) as Error);
});
