/** Texts of the dialog that hides readings. They come with these, in every language: the first load has no room for them. */
import { type LanguageKey, language } from "./index.ts";

const en = {
  heading: (label: string) => `Hide readings of ${label}`,
  intro:
    "Nothing is deleted: no chart, average or newest value shows them until you show them again. What comes late is hidden, too.",
  note: "Note",
  noteHint: "Why, for whoever wonders later.",
  readings: (count: string, one: boolean) => `${count} ${one ? "reading" : "readings"} will be hidden`,
  upTo: (count: string) => `Up to ${count} readings will be hidden`,
  none: "There are no readings in this range now. What comes late will be hidden.",
  hidden: "Hidden now",
  between: (from: string, to: string) => `${from} to ${to}`,
  show: "Show again",
  showOf: (between: string) => `Show again ${between}`,
  confirm: "Hide",
  unlisted: (message: string) => `What is hidden could not be listed: ${message}`,
  done: (label: string) => `Readings of ${label} are hidden.`,
  shown: (label: string) => `Readings of ${label} are shown again.`,
};

const ko: typeof en = {
  heading: (label) => `${label} 측정값 숨기기`,
  intro:
    "아무것도 삭제되지 않습니다. 다시 표시할 때까지 차트, 평균, 최신 값에 나타나지 않습니다. 늦게 도착하는 값도 숨겨집니다.",
  note: "메모",
  noteHint: "나중에 궁금해할 사람을 위해 이유를 적어 두세요.",
  readings: (count) => `측정값 ${count}개가 숨겨집니다`,
  upTo: (count) => `측정값이 최대 ${count}개 숨겨집니다`,
  none: "지금 이 기간에는 측정값이 없습니다. 늦게 도착하는 값은 숨겨집니다.",
  hidden: "지금 숨겨진 기간",
  between: (from, to) => `${from} ~ ${to}`,
  show: "다시 표시",
  showOf: (between) => `${between} 다시 표시`,
  confirm: "숨기기",
  unlisted: (message) => `숨겨진 기간을 불러오지 못했습니다: ${message}`,
  done: (label) => `${label} 측정값을 숨겼습니다.`,
  shown: (label) => `${label} 측정값을 다시 표시합니다.`,
};

export const maskTexts: Readonly<Record<LanguageKey, typeof en>> = { en, ko };

/** In the present language: read them when rendering. */
export function maskWords(): typeof en {
  return maskTexts[language.key];
}
