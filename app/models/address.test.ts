import { describe, expect, it } from "vitest";
import { endpointUrl, guardedLookup, isRefused } from "./address.server";

describe("addresses of endpoints", () => {
  it.each([
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "fe80::1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "255.255.255.255",
    "fd00:ec2::254",
    "168.63.129.16",
    "fd20:ce::254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::a9fe:a9fe",
    "::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "2002:a9fe:a9fe:1::5",
    "::ffff:0:a9fe:a9fe",
    "::ffff:a9fe:a9fe",
    "nonsense",
  ])("refuse %s", (address) => expect(isRefused(address)).toBe(true));

  it.each(["127.0.0.1", "::1", "10.1.2.3", "192.168.1.5", "203.0.113.7", "2001:db8::1", "64:ff9b::a01:203", "::ffff:10.1.2.3"])(
    "allow %s",
    (address) => expect(isRefused(address)).toBe(false),
  );

  it.each([
    ["ftp://host/v1", "Enter an address"],
    ["not an address", "Enter an address"],
    ["http://user:secret@host/v1", "Leave user names"],
    ["http://host/v1?key=1", "Leave out what follows"],
    ["http://169.254.169.254/latest", "is not an address"],
    ["http://[::ffff:169.254.169.254]/", "is not an address"],
    ["http://0251.0376.0251.0376/", "is not an address"],
    ["http://2852039166/", "is not an address"],
  ])("refuse %s in words", (text, words) => expect(() => endpointUrl(text)).toThrow(words));

  it("lose the slash at their end", () => expect(endpointUrl("http://localhost:8000/v1/").href).toBe("http://localhost:8000/v1"));

  it("are checked again when a name is resolved", async () => {
    const resolved = await new Promise((resolve) => guardedLookup("localhost", { all: true }, (error, found) => resolve(error ?? found)));
    expect(resolved).toMatchObject([{ address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) as string }]);
    const refused = await new Promise((resolve) => guardedLookup("0.0.0.0", {}, (error) => resolve(error)));
    expect(String(refused)).toContain("where no models are served");
  });
});
