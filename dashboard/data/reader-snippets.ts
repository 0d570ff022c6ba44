/** First programs that read what the hub holds, with this hub's address and a token filled in. */
import { type HubAddress, rootOf, socketAddress } from "./hub-address.ts";

export const readers = ["curl", "node", "python"] as const;

export type Reader = (typeof readers)[number];

export function readerSnippets(address: HubAddress, token: string): Readonly<Record<Reader, string>> {
  const latest = `${address.protocol}//${rootOf(address)}api/v1/latest`;
  const bearer = `Bearer ${token}`;
  return {
    curl: `curl ${latest} \\
  -H 'Authorization: ${bearer.replaceAll("'", "")}'`,
    node: `const socket = new WebSocket(${JSON.stringify(socketAddress(address))});
socket.onmessage = (event) => console.log(event.data);
socket.onopen = () => {
  socket.send(JSON.stringify({ type: "hello", viewer: true, token: ${JSON.stringify(token)} }));
  socket.send(JSON.stringify({ type: "subscribe", id: 1, devices: ["*"], interval: 1_000 }));
};`,
    python: `import json, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(latest)}, headers={"Authorization": ${JSON.stringify(bearer)}}
)
print(json.load(urllib.request.urlopen(request)))`,
  };
}
