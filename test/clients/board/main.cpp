// The sensor of simulator/arduino on a computer: what a board's socket, clock and pins would tell it comes as lines on
// standard input, each `UPTIME WORD …`, and what it would send goes out as lines: `send FRAME`, then one `state …` a line.
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "../../../simulator/arduino/telemetry-sensor/telemetry_protocol.h"

namespace {

/** A line can't hold every byte: texts come as hexadecimal digits. */
std::string unhex(const std::string& digits) {
  std::string bytes;
  for (size_t index = 0; index + 1 < digits.size(); index += 2) {
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(index, 2), nullptr, 16)));
  }
  return bytes;
}

}  // namespace

/** Arguments: device and session as hexadecimal digits, then the metrics that it adds to. */
int main(int count, char** words) {
  if (count < 3) return 2;
  const std::string device = unhex(words[1]);
  const std::string session = unhex(words[2]);
  std::vector<telemetry::Metric> metrics;
  for (int index = 3; index < count; index++) metrics.push_back({words[index], "°C", 2});
  telemetry::Sensor<128, 512> sensor(device.c_str(), session.c_str(), metrics.data(), metrics.size(), 1000);

  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream parts(line);
    uint64_t uptime = 0;
    std::string word;
    parts >> uptime >> word;
    if (word == "open") sensor.opened();
    if (word == "close") {
      uint16_t code = 0;
      parts >> code;
      sensor.closed(code);
    }
    if (word == "recv") {
      std::string text;
      std::getline(parts.ignore(1), text);
      // A copy of exactly that size, so that a read behind its end is seen.
      const std::vector<char> exact(text.begin(), text.end());
      sensor.received(exact.data(), exact.size(), uptime);
    }
    if (word == "number" || word == "boolean" || word == "text") {
      size_t metric = 0;
      std::string value;
      parts >> metric >> value;
      const char* name = metrics.at(metric).name;
      if (word == "number") sensor.addNumber(name, std::strtod(value.c_str(), nullptr), uptime);
      if (word == "boolean") sensor.addBoolean(name, value == "true", uptime);
      if (word == "text") sensor.addText(name, unhex(value).c_str(), uptime);
    }
    size_t length = 0;
    while (const char* frame = sensor.next(uptime, length)) {
      std::cout << "send " << std::string(frame, length) << "\n";
    }
    std::cout << "state " << sensor.undecided() << " " << sensor.decided() << " " << sensor.refused() << " "
              << sensor.givenUp() << " " << sensor.stopped() << " " << sensor.problem() << std::endl;
  }
}
