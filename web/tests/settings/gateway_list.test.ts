import { describe, expect, it } from "vitest";
import { isLoopback, listed, readAddress } from "../../src/settings/pages/gateway_list";

describe("addresses of gateways", () => {
  it.each([
    ["https://portico.example", "https://portico.example"],
    ["portico.example", "https://portico.example"],
    ["http://192.168.1.4:17878/", "http://192.168.1.4:17878"],
    [" http://[::1]:17878/#code=abc ", "http://[::1]:17878"],
    ["http://me:secret@portico.example", null],
    ["javascript:alert(1)", null],
    ["file:///etc/passwd", null],
    ["https://", null],
    ["", null],
    ["a b", null],
    ["https://a%20b", null],
  ])("%s", (typed, origin) => {
    expect(readAddress(typed)).toBe(origin);
  });

  it.each([
    ["http://localhost:1", true],
    ["http://127.0.0.1", true],
    ["http://127.9.9.9:80", true],
    ["http://[::1]:17878", true],
    ["http://192.168.1.4", false],
    ["http://127.0.0.1.example", false],
  ])("%s is this machine: %s", (origin, answer) => {
    expect(isLoopback(origin)).toBe(answer);
  });

  it("leaves out stored entries that are none", () => {
    const good = { name: "Home", origin: "https://home.example" };
    expect(listed([good, null, 3, { name: "x" }, { name: "x", origin: "javascript:alert(1)" }, { name: "x", origin: "https://a/b" }])).toEqual([good]);
    expect(listed("nothing")).toEqual([]);
  });
});
