/** First programs for a first device, with this hub's address filled in. */
import { type HubAddress, rootOf, socketAddress } from "./hub-address.ts";

/** Ways to connect, in the order in which they are offered. */
export const ways = ["browser", "node", "python", "java", "curl", "arduino"] as const;

export type Way = (typeof ways)[number];

/** What stands for the token where the page does not know it. */
const unknownToken = "TOKEN";

export type TokenNeed = "nowhere" | "elsewhere" | "everywhere";

export interface SnippetOptions {
  /** What the program comes with, where the page knows it. */
  readonly token?: string | undefined;
  /** Who needs one where the page knows none: nobody, other machines, as a board is one, or every program. */
  readonly needed?: TokenNeed;
  /** Whose readings are sent; a device named after the way where none is given. */
  readonly device?: string | undefined;
}

/** The program of each way: each sends readings of one device. */
export function snippets(address: HubAddress, options: SnippetOptions = {}): Readonly<Record<Way, string>> {
  const { needed = "nowhere", device } = options;
  const token = options.token ?? (needed === "everywhere" ? unknownToken : undefined);
  const named = (name: string) => device ?? name;
  const socket = socketAddress(address);
  const field = token === undefined ? "" : `, token: ${JSON.stringify(token)}`;
  const bearer = token === undefined ? undefined : `Bearer ${token}`;
  const boardToken = token ?? (needed === "elsewhere" ? unknownToken : undefined);
  const post = `${address.protocol}//${rootOf(address)}api/v1/readings`;
  return {
    browser: `<script>
  const socket = new WebSocket("${socket}");
  socket.onmessage = (event) => console.log(event.data);
  socket.onopen = () =>
    setInterval(() => {
      const value = 21 + 3 * Math.sin(Date.now() / 10_000);
      const reading = { type: "reading", device: "${named("my-browser")}", metric: "temperature", value${field} };
      socket.send(JSON.stringify(reading));
    }, 1_000);
</script>`,
    node: `const socket = new WebSocket("${socket}");
let seq = 0;

// An ack says: everything up to its seq is on disk.
socket.onmessage = (event) => console.log(event.data);

socket.onopen = () => {
  const metrics = { temperature: { unit: "°C", decimals: 1 } };
  const hello = { type: "hello", device: "${named("my-script")}"${field}, metrics, reportInterval: 1_000 };
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
    body = {"device": "${named("my-python")}", "readings": [{"metric": "temperature", "value": value}]}
    request = urllib.request.Request(
        "${post}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"${bearer === undefined ? "" : `, "Authorization": ${JSON.stringify(bearer)}`}},
    )
    print(urllib.request.urlopen(request).read().decode())
    time.sleep(1)`,
    java: `import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Sensor {
  public static void main(String[] arguments) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    while (true) {
      double value = 21 + 3 * Math.sin(System.currentTimeMillis() / 10_000.0);
      String reading = "{\\"metric\\": \\"temperature\\", \\"value\\": " + value + "}";
      String body = "{\\"device\\": \\"${named("my-java")}\\", \\"readings\\": [" + reading + "]}";
      HttpRequest request = HttpRequest.newBuilder(URI.create("${post}"))
          .header("Content-Type", "application/json")
${bearer === undefined ? "" : `          .header("Authorization", ${JSON.stringify(bearer)})\n`}          .POST(HttpRequest.BodyPublishers.ofString(body))
          .build();
      System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
      Thread.sleep(1_000);
    }
  }
}`,
    curl: `curl ${post} \\
  -H 'Content-Type: application/json' \\
${bearer === undefined ? "" : `  -H 'Authorization: ${bearer.replaceAll("'", "")}' \\\n`}  -d '{"device": "${named("my-shell")}", "readings": [{"metric": "temperature", "value": 21.5}]}'`,
    arduino: `#include <HTTPClient.h>
#include <WiFi.h>

const char* const wifiName = "your network";
const char* const wifiPassword = "its password";

void setup() {
  Serial.begin(115200);
  WiFi.begin(wifiName, wifiPassword);
}

void loop() {
  HTTPClient hub;
  hub.begin("${post}");
  hub.addHeader("Content-Type", "application/json");
${boardToken === undefined ? "" : `  hub.addHeader("Authorization", ${JSON.stringify(`Bearer ${boardToken}`)});\n`}  const String reading = String("{\\"metric\\": \\"signal\\", \\"value\\": ") + WiFi.RSSI() + "}";
  const int status = hub.POST(String("{\\"device\\": \\"${named("my-board")}\\", \\"readings\\": [") + reading + "]}");
  Serial.println(status > 0 ? hub.getString() : HTTPClient::errorToString(status));
  hub.end();
  delay(1000);
}`,
  };
}
