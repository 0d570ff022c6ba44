/** Texts of the dialogs that say what the data may take and how long what is kept. They come with these, in every language: the first load has no room for them. */
import { type LanguageKey, language } from "./index.ts";

const en = {
  budget: {
    heading: "What the data may take",
    intro: "Beyond it the oldest raw readings go, those first whose hours stay.",
    size: "Size",
    hint: "500 MB, 2 GB, off (as much as the disk has), or auto (half of what was free at the first start, 20 GB at most)",
    now: (size: string) => `The data takes ${size} now: with less, the oldest raw readings go at once.`,
    set: "Set",
    done: (size: string) => `The data may take ${size} from now on.`,
    all: "as much as the disk has",
  },
  policies: {
    intro:
      "The first line that matches a series counts for it. Tiers that are not named are kept as long as the next coarser one; all stands for whatever is not named.",
    keep: "Kept",
    add: "Add a line",
    up: "Move up",
    remove: "Remove",
    others: (keep: string, flag: string) => `All other series: ${keep} (${flag})`,
    series: (count: string, size: string) => `${count} series; frees ${size}`,
    nothing: "Nothing goes now.",
    frees: (size: string) => `Frees about ${size} now`,
    goes: (count: string, series: string, from: string, through: string) =>
      `about ${count} raw readings of ${series} series, from ${from} to ${through}`,
    tiersOnly: "Tiers that are older go.",
    hint: "Ages count from the time of a reading, not from its arrival: years that were imported go soon after they came. Raw readings go where the tier of hours holds them, others once no tier is kept so long. The newest reading of a series always stays.",
    apply: "Keep it so",
    applyAnd: (count: string) => `Keep it so: ${count} readings go`,
    done: "It is kept so from now on; what is older goes, and the file shrinks soon.",
  },
};

const ko: typeof en = {
  budget: {
    heading: "데이터가 차지해도 되는 공간",
    intro: "이를 넘으면 가장 오래된 원본 측정값부터, 시간별 값이 남는 것을 먼저 지웁니다.",
    size: "크기",
    hint: "500 MB, 2 GB, off(디스크가 허락하는 만큼), auto(처음 시작할 때 남은 공간의 절반, 최대 20 GB)",
    now: (size) => `데이터는 지금 ${size}를 차지합니다. 더 작게 하면 가장 오래된 원본 측정값이 바로 사라집니다.`,
    set: "설정",
    done: (size) => `이제 데이터가 ${size}까지 차지할 수 있습니다.`,
    all: "디스크가 허락하는 만큼",
  },
  policies: {
    intro:
      "시계열과 맞는 첫 줄이 적용됩니다. 적지 않은 단계는 다음으로 굵은 단계만큼 보관하고, all은 적지 않은 모든 것입니다.",
    keep: "보관",
    add: "줄 추가",
    up: "위로",
    remove: "빼기",
    others: (keep, flag) => `나머지 모든 시계열: ${keep} (${flag})`,
    series: (count, size) => `시계열 ${count}개, ${size} 비워짐`,
    nothing: "지금 사라지는 것은 없습니다.",
    frees: (size) => `지금 약 ${size}가 비워짐`,
    goes: (count, series, from, through) => `${from}부터 ${through}까지 시계열 ${series}개의 원본 측정값 약 ${count}개`,
    tiersOnly: "더 오래된 단계가 사라집니다.",
    hint: "기간은 도착한 때가 아니라 측정한 때부터 셉니다. 가져온 옛 데이터는 들어온 뒤 곧 사라집니다. 원본 측정값은 시간별 값이 있을 때, 그 밖의 것은 어느 단계도 그만큼 보관하지 않을 때 사라집니다. 각 시계열의 최신 측정값은 언제나 남습니다.",
    apply: "이렇게 보관",
    applyAnd: (count) => `이렇게 보관: 측정값 ${count}개 삭제`,
    done: "이제 이렇게 보관합니다. 더 오래된 것은 사라지고, 파일은 곧 작아집니다.",
  },
};

export const retentionTexts: Readonly<Record<LanguageKey, typeof en>> = { en, ko };

/** In the present language: read them when rendering. */
export function retentionWords(): typeof en {
  return retentionTexts[language.key];
}
