/** First programs for a first device, with this hub's address filled in. */
import { type HubAddress, rootOf, socketAddress } from "./hub-address.ts";

/** Ways to connect, in the order in which they are offered. */
export const ways = ["browser", "node", "python", "java", "curl", "arduino"] as const;

export type Way = (typeof ways)[number];

/** What stands for the token where the page does not know it. */
const unknownToken = "TOKEN";

/** True where no other machine can reach the hub by this address. */
export function isOwnMachine({ host }: Pick<HubAddress, "host">): boolean {
  return /^(localhost|[^:]*\.localhost|127\.[\d.]+|\[::1\])(:\d+)?$/i.test(host);
}

/**
 * The program of each way. Each sends readings of a device named after it, with the hub's token where this page has one.
 * `tokenElsewhere`: other machines need it, as a board is one.
 */
export function snippets(address: HubAddress, token?: string, tokenElsewhere = false): Readonly<Record<Way, string>> {
  const socket = socketAddress(address);
  const field = token === undefined ? "" : `, token: ${JSON.stringify(token)}`;
  const bearer = token === undefined ? undefined : `Bearer ${token}`;
  const boardToken = token ?? (tokenElsewhere ? unknownToken : undefined);
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
    node: `const socket = new WebSocket("${socket}");
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
      String body = "{\\"device\\": \\"my-java\\", \\"readings\\": [" + reading + "]}";
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
${bearer === undefined ? "" : `  -H 'Authorization: ${bearer.replaceAll("'", "")}' \\\n`}  -d '{"device": "my-shell", "readings": [{"metric": "temperature", "value": 21.5}]}'`,
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
  const int status = hub.POST(String("{\\"device\\": \\"my-board\\", \\"readings\\": [") + reading + "]}");
  Serial.println(status > 0 ? hub.getString() : HTTPClient::errorToString(status));
  hub.end();
  delay(1000);
}`,
  };
}
