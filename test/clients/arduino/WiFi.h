// The radio of an ESP32, as far as the page's sketch uses it.
#pragma once

#include "Arduino.h"

struct Radio {
  int begin(const char*, const char*) { return 3; }
  int8_t RSSI() { return -61; }
};
static Radio WiFi;
