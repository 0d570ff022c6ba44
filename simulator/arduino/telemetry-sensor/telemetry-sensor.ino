// A sensor on an ESP32 that sends to a telemetry hub and loses nothing while the hub or the network is away.
// Needs the library "WebSockets" by Markus Sattler, from the library manager. Fill in the five lines below and add what your
// board measures to `metrics` and `measure`.
#include <Preferences.h>
#include <WebSocketsClient.h>
#include <WiFi.h>

#include "telemetry_protocol.h"

const char* const wifiName = "your network";
const char* const wifiPassword = "its password";
const char* const hubHost = "192.168.1.10";
const uint16_t hubPort = 8080;
const char* const hubToken = "the token that it printed";

const uint32_t reportIntervalMs = 1000;
const telemetry::Metric metrics[] = {{"signal", "dBm", 0}, {"free-memory", "kB", 1}};

// Each board has a name of its own: two of one name would take the place from each other for ever.
char device[24];
// Names the sequence numbers of this board; kept in flash, so that the hub knows it again after a restart.
char session[33];
telemetry::Sensor<> sensor(device, session, metrics, sizeof metrics / sizeof metrics[0], reportIntervalMs);
WebSocketsClient hub;

// Since the start, without the turn after 49 days that millis() makes.
uint64_t uptimeMs() { return esp_timer_get_time() / 1000; }

void measure(uint64_t now) {
  sensor.addNumber("signal", WiFi.RSSI(), now);
  sensor.addNumber("free-memory", ESP.getFreeHeap() / 1024.0, now);
}

void onHub(WStype_t type, uint8_t* payload, size_t length) {
  if (type == WStype_CONNECTED) sensor.opened();
  // The library does not tell the close code.
  if (type == WStype_DISCONNECTED) sensor.closed(1006);
  if (type == WStype_TEXT) sensor.received(reinterpret_cast<const char*>(payload), length, uptimeMs());
}

void readSession() {
  Preferences flash;
  flash.begin("telemetry");
  if (flash.getString("session", session, sizeof session) == 0) {
    for (size_t part = 0; part < 4; part++) {
      snprintf(session + 8 * part, 9, "%08lx", static_cast<unsigned long>(esp_random()));
    }
    flash.putString("session", session);
  }
  flash.end();
}

void setup() {
  Serial.begin(115200);
  WiFi.begin(wifiName, wifiPassword);
  // After WiFi has started: only with the radio on are these numbers random.
  readSession();
  snprintf(device, sizeof device, "esp32-%012llx", static_cast<unsigned long long>(ESP.getEfuseMac()));
  hub.onEvent(onHub);
  hub.begin(hubHost, hubPort, "/ws", "telemetry.v1");
  // In place of the origin of a web page from a file, which the library would send: the hub lets no such page in.
  const String authorization = String("Authorization: Bearer ") + hubToken;
  hub.setExtraHeaders(authorization.c_str());
  hub.setReconnectInterval(2000 + esp_random() % 3000);
  // A cable that was pulled says nothing: ask every 15 s, and come anew after two answers that did not come in 5 s.
  hub.enableHeartbeat(15000, 5000, 2);
}

void loop() {
  static uint64_t measuredAt = 0;
  static uint32_t refused = 0;
  hub.loop();
  const uint64_t now = uptimeMs();
  if (now - measuredAt >= reportIntervalMs) {
    measuredAt = now;
    measure(now);
  }
  size_t length = 0;
  while (const char* frame = sensor.next(now, length)) {
    if (hub.sendTXT(frame, length)) continue;
    sensor.closed(1006);
    hub.disconnect();
    break;
  }
  if (sensor.stopped() || sensor.refused() != refused) {
    refused = sensor.refused();
    Serial.println(sensor.problem());
  }
  if (sensor.stopped()) {
    hub.disconnect();
    delay(60000);
    ESP.restart();
  }
}
