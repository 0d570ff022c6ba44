// What a sensor says to a telemetry hub and what it makes of the answers: readings wait in a ring until the hub has said
// that they are on disk, and go again under the same numbers after a cut. Plain C++11, no Arduino types, nothing allocated:
// test/clients compiles it on a computer and lets it talk to a real hub. Sockets, clock and flash are the sketch's.
#pragma once

#include "telemetry_json.h"

namespace telemetry {

/** What the hub shows of a metric. The texts must outlive the sensor: string literals do. */
struct Metric {
  const char* name;
  /** "" where there is none. */
  const char* unit;
  /** Digits behind the point; -1 leaves them to the hub. */
  int decimals;
};

constexpr size_t textBytes = 32;
constexpr uint32_t firstPauseMs = 1000;
constexpr uint32_t longestPauseMs = 30000;

/**
 * `Readings`: how many undecided ones are kept; each costs about 64 bytes. `FrameBytes`: longest frame that is sent.
 * `uptimeMs` is time since the board started, 64 bits wide; the hub's welcome tells what time that is, so that no clock has
 * to be set.
 */
template <size_t Readings = 256, size_t FrameBytes = 1024>
class Sensor {
 public:
  /** `session` names this board's sequence numbers: random, kept in flash. All texts must outlive the sensor. */
  Sensor(const char* device, const char* session, const Metric* metrics, size_t metricCount, uint32_t reportIntervalMs)
      : device_(device), session_(session), metrics_(metrics), metricCount_(metricCount), intervalMs_(reportIntervalMs) {}

  /**
   * Keeps a reading. False where it had to be given up: the ring is full, the value is no finite number, or it fits into no
   * frame. `metric` must outlive the sensor.
   */
  bool addNumber(const char* metric, double value, uint64_t uptimeMs) {
    // NaN and the infinities are no JSON; the difference of each with itself is not zero.
    if (!(value - value == 0)) return giveUp();
    Reading reading = make(metric, Kind::number, uptimeMs);
    reading.number = value;
    return keep(reading);
  }

  bool addBoolean(const char* metric, bool value, uint64_t uptimeMs) {
    Reading reading = make(metric, Kind::boolean, uptimeMs);
    reading.boolean = value;
    return keep(reading);
  }

  /** A text of up to 31 bytes; a longer one is cut behind a whole character. */
  bool addText(const char* metric, const char* value, uint64_t uptimeMs) {
    Reading reading = make(metric, Kind::text, uptimeMs);
    size_t length = strlen(value);
    if (length >= textBytes) {
      length = textBytes - 1;
      while (length > 0 && (value[length] & 0xC0) == 0x80) length--;
    }
    memcpy(reading.text, value, length);
    reading.text[length] = '\0';
    return keep(reading);
  }

  /** A connection is open. */
  void opened() {
    open_ = true;
    greeted_ = welcomed_ = owesEmpty_ = false;
    sent_ = 0;
    pauseUntilMs_ = 0;
  }

  /** The connection is gone; whatever it was given and the hub has not decided is sent again. `code` 1006: not known. */
  void closed(uint16_t code) {
    open_ = welcomed_ = false;
    sent_ = 0;
    if (code == 4401 || code == 4403 || code == 4409) stopped_ = true;
  }

  /**
   * The next frame to send now, or null. It stays in place until the next call. Where sending fails, say `closed` and
   * disconnect.
   */
  const char* next(uint64_t uptimeMs, size_t& length) {
    if (!open_ || stopped_ || uptimeMs < pauseUntilMs_) return nullptr;
    JsonWriter frame(frame_, FrameBytes);
    if (!greeted_) {
      greeted_ = true;
      hello(frame);
    } else if (!welcomed_) {
      return nullptr;
    } else if (owesEmpty_) {
      owesEmpty_ = false;
      begin(frame, emptySeq_);
      frame.raw("]}");
    } else if (sent_ < count_) {
      readings(frame);
    } else {
      return nullptr;
    }
    if (!frame.fits()) {
      stop("a frame is longer than FrameBytes");
      return nullptr;
    }
    length = frame.length();
    frame_[length] = '\0';
    return frame_;
  }

  /** A text frame of the hub. What it does not know it passes over. */
  void received(const char* text, size_t length, uint64_t uptimeMs) {
    Answer answer;
    if (!read(JsonText{text, length}, answer)) return;
    if (answer.type.is("\"welcome\"")) {
      welcome(answer, uptimeMs);
    } else if (answer.type.is("\"ack\"")) {
      pauseMs_ = firstPauseMs;
      refused_ += answer.refused;
      if (answer.refused > 0) answer.message.copy(problem_, sizeof problem_);
      decide(answer.seq.integer(0));
    } else if (answer.type.is("\"error\"")) {
      error(answer, uptimeMs);
    }
  }

  /** Readings of which the hub has not said what became of them. */
  size_t undecided() const { return count_; }
  /** Decided by the hub; all but the `refused` ones are on disk. */
  uint32_t decided() const { return decided_; }
  /** Refused by the hub by name, as far as it told. */
  uint32_t refused() const { return refused_; }
  /** Never taken: see the functions that add. */
  uint32_t givenUp() const { return givenUp_; }
  /** True where it makes no sense to come back: the hub has sent this device away. `problem` says why. */
  bool stopped() const { return stopped_; }
  /** The last refusal in the hub's words, "" where there was none. */
  const char* problem() const { return problem_; }

 private:
  enum class Kind : uint8_t { number, boolean, text };

  struct Reading {
    const char* metric;
    /** Since the start of the board, or, once it is `numbered`, since 1970. */
    int64_t timeMs;
    union {
      double number;
      bool boolean;
      char text[textBytes];
    };
    Kind kind;
    bool numbered;
    /** A frame ends with this reading; the frame's number is that of its last reading. */
    bool last;
    /** Refused together with its frame: its frame stays, empty, until the frames before it are decided. */
    bool refused;
  };

  struct Answer {
    JsonText type, seq, lastSeq, hubTime, epoch, retryable, message, code, frameBytes, readingsPerFrame;
    uint32_t refused;
  };

  Reading& at(size_t index) { return ring_[(head_ + index) % Readings]; }

  bool giveUp() {
    givenUp_++;
    return false;
  }

  static Reading make(const char* metric, Kind kind, uint64_t uptimeMs) {
    Reading reading = Reading();
    reading.metric = metric;
    reading.kind = kind;
    reading.timeMs = static_cast<int64_t>(uptimeMs);
    return reading;
  }

  bool keep(const Reading& reading) {
    JsonWriter alone(nullptr, FrameBytes - envelopeBytes);
    row(alone, reading);
    if (count_ == Readings || !alone.fits()) return giveUp();
    at(count_++) = reading;
    return true;
  }

  void hello(JsonWriter& frame) const {
    frame.raw("{\"type\":\"hello\",\"protocol\":1,\"device\":");
    frame.string(device_);
    frame.raw(",\"session\":");
    frame.string(session_);
    frame.raw(",\"reportInterval\":");
    frame.integer(intervalMs_);
    frame.raw(",\"metrics\":{");
    for (size_t index = 0; index < metricCount_; index++) {
      const Metric& metric = metrics_[index];
      if (index > 0) frame.raw(",");
      frame.string(metric.name);
      frame.raw(":{");
      if (metric.unit[0]) {
        frame.raw("\"unit\":");
        frame.string(metric.unit);
      }
      if (metric.decimals >= 0) {
        frame.raw(metric.unit[0] ? ",\"decimals\":" : "\"decimals\":");
        frame.integer(metric.decimals);
      }
      frame.raw("}");
    }
    frame.raw("}}");
  }

  static void begin(JsonWriter& frame, int64_t seq) {
    frame.raw("{\"type\":\"readings\",\"seq\":");
    frame.integer(seq);
    frame.raw(",\"readings\":[");
  }

  static void row(JsonWriter& frame, const Reading& reading) {
    frame.raw("{\"metric\":");
    frame.string(reading.metric);
    frame.raw(",\"value\":");
    if (reading.kind == Kind::number) frame.number(reading.number);
    if (reading.kind == Kind::boolean) frame.raw(reading.boolean ? "true" : "false");
    if (reading.kind == Kind::text) frame.string(reading.text);
    frame.raw(",\"time\":");
    frame.integer(reading.timeMs);
    frame.raw("}");
  }

  /**
   * A frame of the readings from `sent_` on: up to where it ended when it was sent before, or as many as fit. A frame may be
   * split later, when the hub takes less; its end stays, so that what has a number keeps it.
   */
  void readings(JsonWriter& frame) {
    const size_t limit = frameBytes_ < FrameBytes ? frameBytes_ : FrameBytes;
    size_t end = sent_;
    // The number is that of the last reading, which is not known yet: the rows are measured first.
    JsonWriter measure(nullptr, limit - envelopeBytes);
    while (end < count_ && end - sent_ < readingsPerFrame_) {
      Reading& reading = at(end);
      if (!reading.numbered) {
        reading.timeMs += clockMs_;
        reading.numbered = true;
      }
      if (!reading.refused) row(measure, reading);
      measure.raw(",");
      if (!measure.fits() && end > sent_) break;
      if (!measure.fits() && !reading.refused) {
        // This hub takes no frame that is long enough: sent, it would cost the connection each time.
        reading.refused = true;
        refused_++;
      }
      end++;
      if (reading.last) break;
    }
    at(end - 1).last = true;
    if (end > numbered_) numbered_ = end;
    begin(frame, firstSeq_ + static_cast<int64_t>(end) - 1);
    bool first = true;
    for (size_t index = sent_; index < end; index++) {
      if (at(index).refused) continue;
      if (!first) frame.raw(",");
      first = false;
      row(frame, at(index));
    }
    frame.raw("]}");
    sent_ = end;
  }

  static bool read(JsonText text, Answer& answer) {
    answer = Answer();
    JsonReader members(text);
    JsonText key, value;
    while (members.next(key, value)) {
      if (key.is("\"type\"")) answer.type = value;
      if (key.is("\"seq\"")) answer.seq = value;
      if (key.is("\"lastSeq\"")) answer.lastSeq = value;
      if (key.is("\"hubTime\"")) answer.hubTime = value;
      if (key.is("\"epoch\"")) answer.epoch = value;
      if (key.is("\"retryable\"")) answer.retryable = value;
      if (key.is("\"message\"")) answer.message = value;
      if (key.is("\"code\"")) answer.code = value;
      if (key.is("\"rejectedCount\"")) answer.refused = static_cast<uint32_t>(value.integer(0));
      if (key.is("\"rejected\"")) answer.message = member(first(value), "\"message\"");
      if (key.is("\"limits\"")) {
        answer.frameBytes = member(value, "\"frameBytes\"");
        answer.readingsPerFrame = member(value, "\"readingsPerFrame\"");
      }
    }
    return answer.type.present();
  }

  static JsonText member(JsonText object, const char* name) {
    JsonReader members(object);
    JsonText key, value;
    while (members.next(key, value)) {
      if (key.is(name)) return value;
    }
    return JsonText{object.start, 0};
  }

  static JsonText first(JsonText array) {
    JsonReader elements(array);
    JsonText key, value;
    return elements.next(key, value) ? value : JsonText{array.start, 0};
  }

  void welcome(const Answer& answer, uint64_t uptimeMs) {
    const int64_t lastSeq = answer.lastSeq.integer(0);
    // The answer was on its way for a moment, each time another: only a real difference moves the clock.
    const int64_t clockMs = answer.hubTime.integer(0) - static_cast<int64_t>(uptimeMs);
    if (clockMs - clockMs_ > 500 || clockMs_ - clockMs > 500) clockMs_ = clockMs;
    char epoch[sizeof epoch_];
    answer.epoch.copy(epoch, sizeof epoch);
    // Another database may have met these numbers in other frames: its lastSeq decides nothing of what we hold.
    const bool sameDatabase = epoch_[0] == '\0' || strcmp(epoch, epoch_) == 0;
    memcpy(epoch_, epoch, sizeof epoch_);
    frameBytes_ = atLeast(answer.frameBytes.integer(FrameBytes), 2 * envelopeBytes);
    readingsPerFrame_ = atLeast(answer.readingsPerFrame.integer(Readings), 1);
    if (sameDatabase) decide(lastSeq);
    // Numbers go on above what the hub has seen of this session, in a former life of the board perhaps.
    if (firstSeq_ <= lastSeq) firstSeq_ = lastSeq + 1;
    sent_ = 0;
    welcomed_ = true;
  }

  static size_t atLeast(int64_t value, size_t least) {
    return value < static_cast<int64_t>(least) ? least : static_cast<size_t>(value);
  }

  /** Everything up to `seq` is stored or refused for good. */
  void decide(int64_t seq) {
    while (numbered_ > 0 && (firstSeq_ <= seq || at(0).refused)) drop();
  }

  void drop() {
    head_ = (head_ + 1) % Readings;
    count_--;
    numbered_--;
    if (sent_ > 0) sent_--;
    firstSeq_++;
    decided_++;
  }

  void error(const Answer& answer, uint64_t uptimeMs) {
    const int64_t seq = answer.seq.integer(0);
    const bool retryable = answer.retryable.is("true");
    answer.message.copy(problem_, sizeof problem_);
    if (seq > 0 && retryable) resendFrom(seq);
    if (seq > 0 && !retryable) refuse(seq);
    // `resend_from` says that the hub is ready and waits; after all else it needs a moment.
    if (retryable && !answer.code.is("\"resend_from\"")) {
      pauseUntilMs_ = uptimeMs + pauseMs_;
      pauseMs_ = pauseMs_ * 2 < longestPauseMs ? pauseMs_ * 2 : longestPauseMs;
    }
    // Without a welcome it was the hello that was refused, and the same one would be refused again.
    if (!retryable && !welcomed_) stopped_ = true;
  }

  /** Index of the first reading of the frame that ends with the reading at `index`. */
  size_t frameStart(size_t index) {
    while (index > 0 && !at(index - 1).last) index--;
    return index;
  }

  /** The hub takes nothing of this session before the frame `seq` has come. */
  void resendFrom(int64_t seq) {
    if (seq >= firstSeq_ + static_cast<int64_t>(numbered_)) return;
    if (seq < firstSeq_) {
      // It was given up, in a former life of the board perhaps: it goes empty, and everything behind it again.
      emptySeq_ = seq;
      owesEmpty_ = true;
      sent_ = 0;
      return;
    }
    const size_t index = static_cast<size_t>(seq - firstSeq_);
    at(index).last = true;
    const size_t start = frameStart(index);
    if (start < sent_) sent_ = start;
  }

  /** The frame `seq` was refused as a whole and for good. */
  void refuse(int64_t seq) {
    if (seq < firstSeq_ || seq >= firstSeq_ + static_cast<int64_t>(numbered_)) return;
    const size_t index = static_cast<size_t>(seq - firstSeq_);
    for (size_t one = frameStart(index); one <= index; one++) {
      at(one).refused = true;
      refused_++;
    }
    decide(0);
  }

  void stop(const char* why) {
    stopped_ = true;
    snprintf(problem_, sizeof problem_, "%s", why);
  }

  /** Room for what stands around the rows of a frame. */
  static constexpr size_t envelopeBytes = 80;
  static_assert(FrameBytes >= 4 * envelopeBytes, "FrameBytes must hold at least one reading");

  const char* device_;
  const char* session_;
  const Metric* metrics_;
  size_t metricCount_;
  uint32_t intervalMs_;

  Reading ring_[Readings];
  size_t head_ = 0;
  size_t count_ = 0;
  /** Of the readings in the ring: given to this connection, and ever given a number. */
  size_t sent_ = 0;
  size_t numbered_ = 0;
  /** Number of the oldest reading in the ring. */
  int64_t firstSeq_ = 1;
  int64_t emptySeq_ = 0;
  bool owesEmpty_ = false;

  bool open_ = false;
  bool greeted_ = false;
  bool welcomed_ = false;
  bool stopped_ = false;
  /** ms since 1970 when the board started. */
  int64_t clockMs_ = 0;
  size_t frameBytes_ = FrameBytes;
  size_t readingsPerFrame_ = Readings;
  uint32_t pauseMs_ = firstPauseMs;
  uint64_t pauseUntilMs_ = 0;
  char epoch_[64] = "";
  char problem_[160] = "";
  char frame_[FrameBytes + 1];

  uint32_t decided_ = 0;
  uint32_t refused_ = 0;
  uint32_t givenUp_ = 0;
};

}  // namespace telemetry
