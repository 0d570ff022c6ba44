/** First programs for a first device, with this hub's address filled in. */
import type { Texts } from "../texts/en.ts";
import { type HubAddress, rootOf, socketAddress } from "./hub-address.ts";

export type Way = keyof Texts["connect"]["ways"];

/** The program of each way. Each sends temperature readings of a device named after it, with the hub's token where one is needed. */
export function snippets(address: HubAddress, token?: string): Readonly<Record<Way, string>> {
  const socket = socketAddress(address);
  const field = token === undefined ? "" : `, token: ${JSON.stringify(token)}`;
  const bearer = token === undefined ? undefined : `Bearer ${token}`;
  const post = `${address.protocol}//${rootOf(address)}api/v1/readings`;
  return {
    browser: `<script>
  const socket = new WebSocket("${socket}");
  socket.onmessage = (event) => console.log(event.data);
  socket.onopen = () =>
    setInterval(() => {
      const value = 21 + 3 * Math.sin(Date.now() / 10_000);
      const reading = { type: "reading", device: "my-browser", metric: "temperature", value${field} };
      socket.send(JSON.stringify(reading));
    }, 1_000);
</script>`,
    javascript: `const socket = new WebSocket("${socket}");
let seq = 0;

// An ack says: everything up to its seq is on disk.
socket.onmessage = (event) => console.log(event.data);

socket.onopen = () => {
  const metrics = { temperature: { unit: "°C", decimals: 1 } };
  const hello = { type: "hello", device: "my-script"${field}, metrics, reportInterval: 1_000 };
  socket.send(JSON.stringify(hello));
  setInterval(() => {
    const value = 21 + 3 * Math.sin(Date.now() / 10_000);
    const readings = [{ metric: "temperature", value, time: Date.now() }];
    socket.send(JSON.stringify({ type: "readings", seq: ++seq, readings }));
  }, 1_000);
};`,
    python: `import json, math, time, urllib.request

while True:
    value = 21 + 3 * math.sin(time.time() / 10)
    body = {"device": "my-python", "readings": [{"metric": "temperature", "value": value}]}
    request = urllib.request.Request(
        "${post}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"${bearer === undefined ? "" : `, "Authorization": ${JSON.stringify(bearer)}`}},
    )
    print(urllib.request.urlopen(request).read().decode())
    time.sleep(1)`,
    curl: `curl ${post} \\
  -H 'Content-Type: application/json' \\
${bearer === undefined ? "" : `  -H 'Authorization: ${bearer.replaceAll("'", "")}' \\\n`}  -d '{"device": "my-shell", "readings": [{"metric": "temperature", "value": 21.5}]}'`,
  };
}
