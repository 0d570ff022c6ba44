/** Names by their bytes: right whatever their hashes are, and however many there were. */
import { expect, it } from "vitest";
import { ByteNames } from "../../../server/protocol/scan/byte-names.ts";

function finder(most: number, isRight: (name: string) => boolean = () => true) {
  const made: string[] = [];
  const names = new ByteNames(most, (name) => {
    made.push(name);
    return isRight(name);
  });
  const find = (name: string, hash?: number) => {
    const bytes = Buffer.from(`"${name}"`);
    const own = Array.from(name, (letter) => letter.charCodeAt(0)).reduce(ByteNames.hash, 0);
    return names.find(bytes, 1, bytes.length - 1, hash ?? own);
  };
  return { made, find };
}

it("a name is made and checked once, and then known", () => {
  const { made, find } = finder(16);
  for (let turn = 0; turn < 3; turn++) expect([find("temperature"), find("t")]).toEqual(["temperature", "t"]);
  expect(made).toEqual(["temperature", "t"]);
});

it("names of one hash are told apart, and no more of them are looked at than a few", () => {
  const { made, find } = finder(64);
  const names = Array.from({ length: 40 }, (_, index) => `name-${index + 10}`);
  for (let turn = 0; turn < 2; turn++) expect(names.map((name) => find(name, 5))).toEqual(names);
  // Of the second turn those that found no place.
  expect(made.length).toBe(40 + 32);
});

it("what is not right is not remembered, nor what is longer than a name", () => {
  const { made, find } = finder(16, (name) => name !== "no");
  expect([find("no"), find("no"), find("x".repeat(128)), find("x".repeat(129))]).toEqual([
    undefined,
    undefined,
    "x".repeat(128),
    undefined,
  ]);
  expect(made).toEqual(["no", "no", "x".repeat(128)]);
});

it("where there is no room all are forgotten, and found again", () => {
  const { find } = finder(16);
  const names = Array.from({ length: 500 }, (_, index) => `${"n".repeat(index % 100)}${index}`);
  for (const name of names) expect([find(name), find("m")]).toEqual([name, "m"]);
});
