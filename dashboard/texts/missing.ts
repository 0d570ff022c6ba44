/** Texts of the dialog that tells why a reading is missing, and of refused readings. They come with these, in every language: the first load has no room for them. */
import { type LanguageKey, language } from "./index.ts";

const en = {
  heading: "Why is my reading missing?",
  refused: (count: string, one: boolean) => `The hub refused ${count} ${one ? "reading" : "readings"} of this device`,
  refusedMore: (count: string) => `The hub keeps the last ${count} refused readings of this device`,
  noneRefused: "The hub refused none of this device's readings. Look at these:",
  newest: (time: string, age: string) => `Its newest reading has the time ${time} (${age}).`,
  noReading: "It has sent no reading that was stored.",
  outside: "That lies outside the range that is drawn.",
  show: "Show it",
  heard: (age: string) => `The hub last heard from it: ${age}.`,
  ahead:
    "Of two readings of a metric with the same time, the one that arrives later stands; the earlier one is overwritten.",
  elsewhere: "An id that is spelled differently is another device: look for it among the devices.",
  unacknowledged: "A reading without an answer of the hub is not stored: senders wait for its ack.",
  row: "The row as it was sent",
  at: (time: string) => `Arrived ${time}`,
  reasons: {
    time_ahead: "Its time lies in the future: the device's clock is fast.",
    time_suspicious: "Its time looks like seconds, or like ms since the device started.",
    type_mismatch: "The metric has another type.",
    invalid_value: "The value is not one that the hub stores.",
    invalid_name: "A name has characters that are not allowed.",
    other: "Refused by a rule.",
  },
};

const ko: typeof en = {
  heading: "왜 내 측정값이 보이지 않나요?",
  refused: (count) => `허브가 이 장치의 측정값 ${count}개를 거부했습니다`,
  refusedMore: (count) => `허브가 거부한 이 장치의 최근 측정값 ${count}개입니다`,
  noneRefused: "허브가 거부한 이 장치의 측정값은 없습니다. 다음을 확인하세요.",
  newest: (time, age) => `최근 측정값의 시각은 ${time}입니다 (${age}).`,
  noReading: "저장된 측정값이 아직 없습니다.",
  outside: "지금 보이는 범위의 바깥입니다.",
  show: "보기",
  heard: (age) => `허브의 마지막 수신: ${age}.`,
  ahead: "같은 시각의 측정값이 둘이면 나중에 도착한 값만 남고 먼저 온 값은 덮어써집니다.",
  elsewhere: "철자가 다른 ID는 다른 장치입니다. 장치 목록에서 찾아보세요.",
  unacknowledged: "허브의 응답(ack)을 받지 못한 측정값은 저장되지 않은 것입니다.",
  row: "장치가 보낸 원본 행",
  at: (time) => `${time} 도착`,
  reasons: {
    time_ahead: "시각이 미래입니다. 장치의 시계가 빠릅니다.",
    time_suspicious: "시각이 초 단위이거나 장치가 켜진 뒤의 밀리초로 보입니다.",
    type_mismatch: "측정 항목의 값 형식이 다릅니다.",
    invalid_value: "허브가 저장할 수 없는 값입니다.",
    invalid_name: "이름에 쓸 수 없는 문자가 있습니다.",
    other: "규칙에 따라 거부되었습니다.",
  },
};

export const missingTexts: Readonly<Record<LanguageKey, typeof en>> = { en, ko };

/** In the present language: read them when rendering. */
export function missingWords(): typeof en {
  return missingTexts[language.key];
}
