/** A program's token of a hub that lets nobody in without sign-in, not even its own machine. */
export async function operatorToken(url: string, setupCode: string | undefined): Promise<string> {
  const post = (path: string, body: object, headers = {}) =>
    fetch(`${url}/api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const order = { code: setupCode, name: "ada", password: "a password of some length" };
  const first = await post("setup", order);
  const [cookie = ""] = (first.headers.get("set-cookie") ?? "").split(";");
  const made = await post("tokens", { kind: "program", role: "operator", name: "test" }, { Cookie: cookie });
  if (!first.ok || !made.ok) throw new Error(`${await first.text()} ${await made.text()}`);
  return ((await made.json()) as { token: string }).token;
}
