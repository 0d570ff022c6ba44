import { describe, expect, it } from "vitest";
import { createLog, type HubLog } from "../../server/main/log.ts";

async function logged(form: "text" | "json", use: (log: HubLog) => void): Promise<string[]> {
  const lines: string[] = [];
  use(await createLog(form, (line) => lines.push(line)));
  return lines;
}

describe("the log", () => {
  it("says where the hub listens in one line for people", async () => {
    const lines = await logged("text", (log) => {
      log.listening("http://127.0.0.1:8080", "/srv/data", null);
      log.listening("http://127.0.0.1:8080", "/srv/data", 20e9);
    });
    expect(lines).toEqual([
      "The hub listens on http://localhost:8080 and keeps its readings in /srv/data\n",
      "The hub listens on http://localhost:8080 and keeps its readings in /srv/data, up to 20 GB (--budget)\n",
    ]);
  });

  it('says it with "msg":"listening" and "url" for machines', async () => {
    const [line = ""] = await logged("json", (log) => log.listening("http://localhost:8080", "/srv/data", 2e9));
    const said = { msg: "listening", url: "http://localhost:8080", data: "/srv/data", budgetBytes: 2e9 };
    expect(JSON.parse(line)).toMatchObject(said);
    expect(line.endsWith("}\n")).toBe(true);
  });

  it.each(["text", "json"] as const)(
    "[S22] keeps one line a message in %s, whatever a device is called",
    async (form) => {
      const device = 'a\nERROR forged\u001b[31m\u2028\u202e"';
      const lines = await logged(form, (log) => log.warn(`device ${device}`, { device }));
      expect(lines).toHaveLength(1);
      expect(lines[0]?.trimEnd()).not.toMatch(form === "text" ? /[\p{Cc}\p{Cf}\p{Zl}]/u : /\p{Cc}/u);
      expect(lines[0]).toContain(form === "text" ? "WARNING" : '"level":40');
    },
  );
});
