// JSON for small boards: a writer into a fixed buffer and a reader that walks over text in place. Nothing is allocated.
// Plain C++11 without Arduino types, so that a computer compiles and tests it as well.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace telemetry {

/** Length in bytes of the UTF-8 character at `text`, or 0 where the bytes are none. */
inline size_t utf8Length(const char* text, size_t available) {
  const unsigned char* bytes = reinterpret_cast<const unsigned char*>(text);
  if (available == 0) return 0;
  if (bytes[0] < 0x80) return 1;
  const size_t length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2;
  if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || length > available) return 0;
  for (size_t index = 1; index < length; index++) {
    if ((bytes[index] & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if (bytes[0] == 0xE0 && bytes[1] < 0xA0) return 0;
  if (bytes[0] == 0xED && bytes[1] > 0x9F) return 0;
  if (bytes[0] == 0xF0 && bytes[1] < 0x90) return 0;
  if (bytes[0] == 0xF4 && bytes[1] > 0x8F) return 0;
  return length;
}

/** Writes JSON into a buffer. What does not fit is counted and not written: `fits()` tells. */
class JsonWriter {
 public:
  /** A null `buffer` only counts. */
  JsonWriter(char* buffer, size_t capacity) : buffer_(buffer), capacity_(capacity), length_(0) {}

  /** Text as it stands. */
  void raw(const char* text) {
    while (*text) put(*text++);
  }

  /** A string in quotes. Bytes that are no UTF-8 become U+FFFD, or the hub would have to close the connection. */
  void string(const char* text) {
    size_t left = strlen(text);
    put('"');
    while (left > 0) {
      const size_t size = utf8Length(text, left);
      if (size == 0) {
        raw("\\ufffd");
      } else if (size == 1) {
        escape(*text);
      } else {
        for (size_t index = 0; index < size; index++) put(text[index]);
      }
      text += size == 0 ? 1 : size;
      left -= size == 0 ? 1 : size;
    }
    put('"');
  }

  /** `printf` of small boards often lacks 64 bits. */
  void integer(int64_t value) {
    char digits[20];
    size_t count = 0;
    uint64_t rest = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    do {
      digits[count++] = static_cast<char>('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    if (value < 0) put('-');
    while (count > 0) put(digits[--count]);
  }

  /** The shortest digits that read back as the same double. `value` must be finite. */
  void number(double value) {
    char digits[32];
    for (int precision = 6; precision <= 17; precision++) {
      snprintf(digits, sizeof digits, "%.*g", precision, value);
      if (strtod(digits, nullptr) == value) break;
    }
    raw(digits);
  }

  size_t length() const { return length_; }
  bool fits() const { return length_ <= capacity_; }
  /** Takes back what was written after `length`. */
  void rewind(size_t length) { length_ = length; }

 private:
  void put(char byte) {
    if (buffer_ && length_ < capacity_) buffer_[length_] = byte;
    length_++;
  }

  void escape(char byte) {
    const unsigned char code = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      put('\\');
      put(byte);
    } else if (code < 0x20) {
      const char* hex = "0123456789abcdef";
      raw("\\u00");
      put(hex[code >> 4]);
      put(hex[code & 15]);
    } else {
      put(byte);
    }
  }

  char* buffer_;
  size_t capacity_;
  size_t length_;
};

/** A piece of JSON text: a whole value, with quotes or brackets. Does not own it, and has no NUL at its end. */
struct JsonText {
  const char* start;
  size_t length;

  bool is(const char* text) const { return strlen(text) == length && memcmp(start, text, length) == 0; }
  bool present() const { return length > 0; }

  /** An integer, or `otherwise` where it is none. */
  int64_t integer(int64_t otherwise) const {
    const bool negative = length > 0 && start[0] == '-';
    const size_t first = negative ? 1 : 0;
    if (length == first || length > first + 18) return otherwise;
    int64_t value = 0;
    for (size_t index = first; index < length; index++) {
      if (start[index] < '0' || start[index] > '9') return otherwise;
      value = value * 10 + (start[index] - '0');
    }
    return negative ? -value : value;
  }

  /** Copies a string for people to read, without its quotes and as far as it fits; escapes stay as they are. */
  void copy(char* target, size_t capacity) const {
    size_t size = length >= 2 && start[0] == '"' ? length - 2 : 0;
    if (size >= capacity) size = capacity - 1;
    if (size > 0) memcpy(target, start + 1, size);
    target[size] = '\0';
  }
};

/** Walks over the members of an object, or the elements of an array, without looking into nested ones. */
class JsonReader {
 public:
  explicit JsonReader(JsonText text) : at_(text.start), end_(text.start + text.length), open_(0) {
    space();
    if (at_ < end_ && (*at_ == '{' || *at_ == '[')) open_ = *at_++;
  }

  /** The next member or element; `key` stays empty in an array. False at the end, and where the text is broken. */
  bool next(JsonText& key, JsonText& value) {
    key = JsonText{at_, 0};
    space();
    if (at_ < end_ && *at_ == ',') at_++;
    space();
    if (open_ == 0 || at_ >= end_ || *at_ == '}' || *at_ == ']') return false;
    if (open_ == '{') {
      if (*at_ != '"' || !skip(key)) return false;
      space();
      if (at_ >= end_ || *at_ != ':') return false;
      at_++;
      space();
    }
    return skip(value);
  }

 private:
  void space() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) at_++;
  }

  /** One value; nesting is counted, not followed, so that hostile text can't exhaust the stack. */
  bool skip(JsonText& value) {
    const char* start = at_;
    int depth = 0;
    bool quoted = false;
    for (; at_ < end_; at_++) {
      const char byte = *at_;
      if (quoted) {
        if (byte == '\\' && at_ + 1 < end_) at_++;
        if (byte == '"') quoted = false;
        if (byte == '"' && depth == 0) return took(start, 1, value);
      } else if (byte == '"') {
        quoted = true;
      } else if (byte == '{' || byte == '[') {
        depth++;
      } else if (byte == '}' || byte == ']') {
        if (depth == 0) return took(start, 0, value);
        if (--depth == 0) return took(start, 1, value);
      } else if (depth == 0 && (byte == ',' || byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t')) {
        return took(start, 0, value);
      }
    }
    return false;
  }

  bool took(const char* start, size_t last, JsonText& value) {
    at_ += last;
    value = JsonText{start, static_cast<size_t>(at_ - start)};
    return value.length > 0;
  }

  const char* at_;
  const char* end_;
  char open_;
};

}  // namespace telemetry
