/** Texts of the dialogs that delete readings, metrics and devices, and of others that ask for a range. They come with these, in every language: the first load has no room for them. */
import { type LanguageKey, language } from "./index.ts";

const en = {
  range: "Delete a range of readings",
  series: (label: string) => `Delete ${label}`,
  device: (name: string) => `Remove ${name}`,
  metric: "Metric",
  allMetrics: "All metrics",
  from: "From",
  until: "Until",
  untilHint: "Not included.",
  notARange: "The end must lie after the beginning.",
  counting: "Counting the readings",
  readings: (count: string, one: boolean) => `${count} ${one ? "reading" : "readings"} will be deleted`,
  upTo: (count: string) => `Up to ${count} readings will be deleted: the hub counts states only as it deletes them`,
  uncounted: (message: string) => `The readings could not be counted: ${message}`,
  none: "There are no readings in this range.",
  between: (from: string, to: string) => `from ${from} to ${to}`,
  seriesGoes: "The metric goes with its readings, and comes back with the next one.",
  deviceGoes: "Its readings, name, labels, presence and refused readings go with it.",
  comesBack: "It is sending now: its next reading brings it back as a new device.",
  forGood: "This cannot be undone.",
  typeName: (name: string) => `Type ${name} to confirm`,
  confirm: "Delete",
  confirmDevice: "Remove",
  deleting: "Deleting",
  failed: (message: string) => `Not everything was deleted: ${message}`,
  done: (count: string, one: boolean) => `${count} ${one ? "reading" : "readings"} deleted.`,
  doneSeries: (count: number) => `${count} ${count === 1 ? "metric was" : "metrics were"} left empty and went too.`,
  doneDevice: (name: string) => `${name} was removed.`,
};

const ko: typeof en = {
  range: "기간을 정해 측정값 삭제",
  series: (label) => `${label} 삭제`,
  device: (name) => `${name} 삭제`,
  metric: "측정 항목",
  allMetrics: "모든 측정 항목",
  from: "시작",
  until: "끝",
  untilHint: "이 시각은 포함되지 않습니다.",
  notARange: "끝은 시작보다 뒤여야 합니다.",
  counting: "측정값을 세는 중",
  readings: (count) => `측정값 ${count}개가 삭제됩니다`,
  upTo: (count) => `측정값 최대 ${count}개가 삭제됩니다. 상태 값은 삭제할 때만 정확히 셉니다`,
  uncounted: (message) => `측정값 개수를 확인하지 못했습니다: ${message}`,
  none: "이 범위에는 측정값이 없습니다.",
  between: (from, to) => `${from}부터 ${to}까지`,
  seriesGoes: "측정 항목도 측정값과 함께 사라지며, 다음 측정값이 오면 다시 생깁니다.",
  deviceGoes: "측정값, 이름과 라벨, 접속 상태 기록, 거부된 측정값 기록도 함께 사라집니다.",
  comesBack: "지금 값을 보내고 있으므로 다음 측정값이 오면 새 장치로 다시 나타납니다.",
  forGood: "되돌릴 수 없습니다.",
  typeName: (name) => `확인하려면 ${name}을(를) 입력하세요`,
  confirm: "삭제",
  confirmDevice: "장치 삭제",
  deleting: "삭제 중",
  failed: (message) => `일부가 삭제되지 않았습니다: ${message}`,
  done: (count) => `측정값 ${count}개를 삭제했습니다.`,
  doneSeries: (count) => `비게 된 측정 항목 ${count}개도 사라졌습니다.`,
  doneDevice: (name) => `${name} 장치를 삭제했습니다.`,
};

export const deletionTexts: Readonly<Record<LanguageKey, typeof en>> = { en, ko };

/** In the present language: read them when rendering. */
export function deletionWords(): typeof en {
  return deletionTexts[language.key];
}
