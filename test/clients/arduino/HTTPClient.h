// The HTTP client of an ESP32's core on this machine: it really sends, one request a connection, to plain http addresses.
#pragma once

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "Arduino.h"

class HTTPClient {
 public:
  bool begin(String url) {
    const std::string text = url.c_str();
    const std::string rest = text.substr(text.find("//") + 2);
    path_ = rest.substr(rest.find('/'));
    host_ = rest.substr(0, rest.find('/'));
    return text.compare(0, 7, "http://") == 0;
  }
  void addHeader(const String& name, const String& value) { headers_ += std::string(name.c_str()) + ": " + value.c_str() + "\r\n"; }
  int POST(String payload) {
    const size_t colon = host_.rfind(':');
    addrinfo* found = nullptr;
    if (getaddrinfo(host_.substr(0, colon).c_str(), host_.substr(colon + 1).c_str(), nullptr, &found) != 0) return -1;
    const int handle = socket(found->ai_family, SOCK_STREAM, 0);
    const bool open = connect(handle, found->ai_addr, found->ai_addrlen) == 0;
    freeaddrinfo(found);
    const std::string request = "POST " + path_ + " HTTP/1.1\r\nHost: " + host_ + "\r\nConnection: close\r\nContent-Length: " +
                                std::to_string(payload.length()) + "\r\n" + headers_ + "\r\n" + payload.c_str();
    if (open) send(handle, request.data(), request.size(), 0);
    std::string answer;
    char bytes[1024];
    for (ssize_t count = 1; open && count > 0; answer.append(bytes, count > 0 ? count : 0)) count = recv(handle, bytes, sizeof bytes, 0);
    close(handle);
    if (answer.size() < 12) return -1;
    body_ = answer.substr(answer.find("\r\n\r\n") + 4);
    return std::stoi(answer.substr(9, 3));
  }
  String getString() { return String(body_); }
  void end() {}
  static String errorToString(int) { return String("connection refused"); }

 private:
  std::string host_, path_, headers_, body_;
};
