// What a sketch takes from an ESP32's core, as far as the page's sketch does, on this machine: the signatures are the core's.
#pragma once

#include <cstdint>
#include <iostream>
#include <string>

class String {
 public:
  String(const char* text = "") : text_(text) {}
  explicit String(const std::string& text) : text_(text) {}
  const char* c_str() const { return text_.c_str(); }
  size_t length() const { return text_.size(); }

 private:
  std::string text_;
};

inline String operator+(const String& left, const String& right) { return String(std::string(left.c_str()) + right.c_str()); }
inline String operator+(const String& left, const char* right) { return left + String(right); }
inline String operator+(const String& left, char right) { return left + String(std::string(1, right)); }
inline String operator+(const String& left, unsigned char right) { return left + String(std::to_string(right)); }
inline String operator+(const String& left, int right) { return left + String(std::to_string(right)); }
inline String operator+(const String& left, unsigned int right) { return left + String(std::to_string(right)); }
inline String operator+(const String& left, long right) { return left + String(std::to_string(right)); }
inline String operator+(const String& left, unsigned long right) { return left + String(std::to_string(right)); }
inline String operator+(const String& left, float right) { return left + String(std::to_string(right)); }
inline String operator+(const String& left, double right) { return left + String(std::to_string(right)); }

struct SerialPort {
  void begin(unsigned long) {}
  size_t println(const String& text) {
    std::cout << text.c_str() << std::endl;
    return text.length();
  }
};
static SerialPort Serial;

/** No test waits for a board's pace. */
inline void delay(uint32_t) {}
