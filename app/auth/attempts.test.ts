import { expect, it } from "vitest";
import { UserError } from "../errors";
import { delayGuesses, limitFailures, networkOf } from "./attempts.server";

const from = (clientIp: string) => ({ clientIp });
const wrong = () => Promise.reject(new UserError("wrong", 401));
const outcome = (result: Promise<unknown>) => result.then(() => 200, (error: UserError) => error.status); // prettier-ignore

it("lets any number of people sign in behind one address, all at once too", async () => {
  const all = Array.from({ length: 35 }, () => outcome(limitFailures(from("192.0.2.1"), () => Promise.resolve())));
  expect(new Set(await Promise.all(all))).toEqual(new Set([200]));
  for (let person = 0; person < 200; person++) expect(await outcome(limitFailures(from("192.0.2.1"), () => Promise.resolve()))).toBe(200);
});

it("stops a network that fails, and no other; what was refused or broke here does not count", async () => {
  for (let n = 0; n < 30; n++) {
    expect(await outcome(limitFailures(from("192.0.2.2"), wrong))).toBe(401);
    await outcome(limitFailures(from("192.0.2.3"), () => Promise.reject(new UserError("busy", 429))));
    await expect(limitFailures(from("192.0.2.3"), () => Promise.reject(new Error("no database")))).rejects.toThrow("no database");
  }
  expect(await outcome(limitFailures(from("192.0.2.2"), () => Promise.resolve()))).toBe(429);
  expect(await outcome(limitFailures(from("::ffff:192.0.2.2"), wrong))).toBe(429);
  expect(await outcome(limitFailures(from("192.0.2.3"), wrong))).toBe(401);
});

it("counts addresses of version 6 by their network of 64 bits", async () => {
  const network = "2001:db8:0:7::/64";
  for (const address of ["2001:db8:0:7::1", "2001:db8::7:1:2:3:4", "2001:0db8:0000:0007:ffff:0:0:9"])
    expect(networkOf(address)).toBe(network);
  expect(networkOf("2001:db8:0:8::1")).not.toBe(network);
  expect([networkOf("::1"), networkOf("fe80::1%eth0"), networkOf("192.0.2.9")]).toEqual(["0:0:0:0::/64", "fe80:0:0:0::/64", "192.0.2.9"]);
  for (let n = 0; n < 30; n++) await outcome(limitFailures(from(`2001:db8:1:1::${n}`), wrong));
  expect(await outcome(limitFailures(from("2001:db8:1:1:ffff::"), wrong))).toBe(429);
});

it("makes guesses at one account wait from wherever they come, except where its owner has signed in before", () => {
  const email = "ada@example.org";
  delayGuesses(email, "192.0.2.1")();
  for (let n = 1; n <= 5; n++) delayGuesses(email, `198.51.100.${n}`);
  expect(() => delayGuesses(email, "198.51.100.9")).toThrow(/Too many wrong passwords for this account\. Try again in a second\./);
  delayGuesses(email, "192.0.2.1")();
  expect(() => delayGuesses(email, "198.51.100.9"), "which helps nobody else").toThrow(UserError);
  delayGuesses("ben@example.org", "198.51.100.9");
});
