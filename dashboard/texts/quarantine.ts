/** Texts of the readings that wait for a decision. They come with these, in every language: the first load has no room for them. */
import { type LanguageKey, language } from "./index.ts";

const en = {
  heading: (count: string, one: boolean) =>
    `${count} ${one ? "reading has" : "readings have"} a time that cannot be right`,
  why: "They are not stored: they wait here until you decide.",
  newest: (count: string) => `The newest ${count} are shown.`,
  lost: (count: string, most: string) => `${count} more were not kept: at most ${most} wait, and the oldest go.`,
  failed: (message: string) => `That did not work: ${message}`,
  kinds: {
    ahead: (count: string, one: boolean) => `${count} ${one ? "lies" : "lie"} ahead of the hub's clock`,
    boot: (count: string, one: boolean) => `${count} ${one ? "comes" : "come"} from a clock that was never set`,
    seconds: (count: string, one: boolean) => `${count} ${one ? "has its time" : "have their times"} in seconds`,
  },
  span: (from: string, to: string, first: string, last: string) =>
    `${from === to ? from : `${from} to ${to}`}; arrived ${first === last ? first : `${first} to ${last}`}`,
  suggest: (shift: string) => `Shifted ${shift}, they would lie where they arrived.`,
  seconds: "The hub takes ms: no shift mends them. Let the sender multiply by 1,000.",
  about: (duration: string) => `about ${duration}`,
  earlier: (duration: string) => `${duration} earlier`,
  later: (duration: string) => `${duration} later`,
  actions: { shift: "Shift", accept: "Accept as they are", discard: "Discard" },
  asks: {
    shift: (count: string, one: boolean) => `Shift and store ${count} ${one ? "reading" : "readings"}`,
    accept: (count: string, one: boolean) =>
      `Store ${count} ${one ? "reading" : "readings"} with the times they came with`,
    discard: (count: string, one: boolean) => `Discard ${count} ${one ? "reading" : "readings"}`,
  },
  confirm: { shift: "Shift and store", accept: "Store", discard: "Discard" },
  amount: "Shift by",
  amountHint: "Negative is earlier",
  unit: "Unit",
  units: { s: "seconds", min: "minutes", h: "hours", d: "days" },
  noShift: "Say by how much.",
  lie: (from: string, to: string) =>
    from === to ? `They will lie at ${from}.` : `They will lie from ${from} to ${to}.`,
  stayAhead: "What is more than 5 minutes ahead of the hub's clock then is not stored, and stays here.",
  goes: "They are gone then. This cannot be undone.",
  stored: (count: string, one: boolean) => `${count} ${one ? "reading was" : "readings were"} stored.`,
  discarded: (count: string, one: boolean) => `${count} ${one ? "reading was" : "readings were"} discarded.`,
  gone: (count: string, one: boolean) => `${count} ${one ? "was" : "were"} not there any more.`,
  stay: (count: string, one: boolean, why: string) => `${count} ${one ? "stays" : "stay"}: ${why}.`,
};

const ko: typeof en = {
  heading: (count) => `시각이 맞을 수 없는 측정값 ${count}개`,
  why: "저장되지 않았으며, 결정할 때까지 여기에 보관됩니다.",
  newest: (count) => `최신 ${count}개를 표시합니다.`,
  lost: (count, most) => `${count}개는 보관되지 않았습니다. 최대 ${most}개까지 보관하며 오래된 것부터 사라집니다.`,
  failed: (message) => `처리하지 못했습니다: ${message}`,
  kinds: {
    ahead: (count) => `${count}개는 허브 시계보다 앞섭니다`,
    boot: (count) => `${count}개는 맞춰진 적 없는 시계에서 왔습니다`,
    seconds: (count) => `${count}개는 시각이 초 단위입니다`,
  },
  span: (from, to, first, last) =>
    `${from === to ? from : `${from} ~ ${to}`}, 도착 ${first === last ? first : `${first} ~ ${last}`}`,
  suggest: (shift) => `${shift} 옮기면 도착한 시각에 놓입니다.`,
  seconds: "허브는 밀리초를 받습니다. 옮겨서는 고칠 수 없으니 보내는 쪽에서 1,000을 곱하세요.",
  about: (duration) => `약 ${duration}`,
  earlier: (duration) => `${duration} 앞으로`,
  later: (duration) => `${duration} 뒤로`,
  actions: { shift: "옮기기", accept: "그대로 받기", discard: "버리기" },
  asks: {
    shift: (count) => `측정값 ${count}개를 옮겨 저장`,
    accept: (count) => `측정값 ${count}개를 보낸 시각 그대로 저장`,
    discard: (count) => `측정값 ${count}개 버리기`,
  },
  confirm: { shift: "옮겨 저장", accept: "저장", discard: "버리기" },
  amount: "옮길 양",
  amountHint: "음수는 이른 쪽",
  unit: "단위",
  units: { s: "초", min: "분", h: "시간", d: "일" },
  noShift: "얼마나 옮길지 입력하세요.",
  lie: (from, to) => (from === to ? `${from}에 놓입니다.` : `${from}부터 ${to}까지 놓입니다.`),
  stayAhead: "그래도 허브 시계보다 5분 넘게 앞선 것은 저장되지 않고 여기에 남습니다.",
  goes: "사라지며 되돌릴 수 없습니다.",
  stored: (count) => `측정값 ${count}개를 저장했습니다.`,
  discarded: (count) => `측정값 ${count}개를 버렸습니다.`,
  gone: (count) => `${count}개는 이미 없습니다.`,
  stay: (count, _one, why) => `${count}개는 남습니다: ${why}.`,
};

export const quarantineTexts: Readonly<Record<LanguageKey, typeof en>> = { en, ko };

/** In the present language: read them when rendering. */
export function quarantineWords(): typeof en {
  return quarantineTexts[language.key];
}
