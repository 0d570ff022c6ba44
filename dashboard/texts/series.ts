/** Texts of the dialogs that rename and merge series. They come with these, in every language: the first load has no room for them. */
import { type LanguageKey, language } from "./index.ts";

const en = {
  rename: (metric: string) => `Rename ${metric}`,
  renameIntro: (device: string, metric: string) =>
    `All readings stay. ${device} need not know: what it sends as ${metric} is stored under the new name.`,
  name: "New name of the metric",
  confirmRename: "Rename",
  renamed: (before: string, after: string) => `${before} is called ${after} now.`,
  aliases: "Also stored here",
  aliasesHint: "Readings that come under these names. Without one, what comes under it is a metric of its own again.",
  forget: "Take away",
  forgetOf: (name: string) => `Take away ${name}`,
  merge: (metric: string) => `Merge ${metric} into another metric`,
  mergeIntro: (device: string, metric: string) =>
    `Its readings become the other's, as when a sensor was replaced. What ${device} sends as ${metric} is stored there from then on.`,
  search: "Find a metric",
  into: "Merge into",
  chooseInto: "Choose the metric that goes on.",
  moves: (readings: string, from: string, to: string, one: boolean) =>
    `${readings} ${one ? "reading becomes" : "readings become"} the other's, from ${from} to ${to}.`,
  drops: (readings: string, one: boolean) =>
    `${readings} more ${one ? "goes" : "go"}: the other has a reading of the same millisecond, which stands.`,
  dropsSome: "Where the other has a reading of the same millisecond, that one stands.",
  mergeForGood: "This cannot be undone.",
  confirmMerge: "Merge",
  merging: "Merging…",
  merged: (readings: string, name: string, one: boolean) =>
    `${readings} ${one ? "reading is" : "readings are"} part of ${name} now.`,
};

const ko: typeof en = {
  rename: (metric) => `${metric} 이름 바꾸기`,
  renameIntro: (device, metric) =>
    `측정값은 모두 그대로 남습니다. ${device}는 바꿀 필요가 없습니다. ${metric}로 보내는 값은 새 이름으로 저장됩니다.`,
  name: "측정 항목의 새 이름",
  confirmRename: "이름 바꾸기",
  renamed: (before, after) => `이제 ${before}의 이름은 ${after}입니다.`,
  aliases: "여기에 함께 저장되는 이름",
  aliasesHint: "이 이름으로 오는 측정값도 여기에 저장됩니다. 이름을 빼면 다시 별도의 측정 항목이 됩니다.",
  forget: "빼기",
  forgetOf: (name) => `빼기: ${name}`,
  merge: (metric) => `${metric}: 다른 측정 항목에 합치기`,
  mergeIntro: (device, metric) =>
    `센서를 교체했을 때처럼 측정값이 다른 항목의 것이 됩니다. 앞으로 ${device}에서 ${metric} 이름으로 보내는 값도 그곳에 저장됩니다.`,
  search: "측정 항목 찾기",
  into: "합칠 대상",
  chooseInto: "계속 사용할 측정 항목을 고르세요.",
  moves: (readings, from, to) => `측정값 ${readings}개(${from} – ${to})가 다른 항목으로 옮겨집니다.`,
  drops: (readings) => `나머지 ${readings}개는 사라집니다. 대상에 같은 밀리초의 측정값이 있으면 대상의 값이 남습니다.`,
  dropsSome: "대상에 같은 밀리초의 측정값이 있으면 대상의 값이 남습니다.",
  mergeForGood: "되돌릴 수 없습니다.",
  confirmMerge: "합치기",
  merging: "합치는 중…",
  merged: (readings, name) => `이제 측정값 ${readings}개가 ${name}에 속합니다.`,
};

export const seriesTexts: Readonly<Record<LanguageKey, typeof en>> = { en, ko };

/** In the present language: read them when rendering. */
export function seriesWords(): typeof en {
  return seriesTexts[language.key];
}
