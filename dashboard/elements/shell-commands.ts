/** What can be done on every page: how it looks and speaks, and what is asked of the hub. */
import type { Command } from "../client/commands.ts";
import type { Hub } from "../client/hub.ts";
import { copyText } from "../data/clipboard.ts";
import { kiosk } from "../data/kiosk.ts";
import { theme, themeChoices } from "../data/theme.ts";
import { timeZone, zoneChoices } from "../data/time-zone.ts";
import { language, languageKeys, languages, texts } from "../texts/index.ts";
import { icons } from "./icons.ts";
import { themeIcons, zoneName } from "./settings-menu.ts";

export interface ShellActions {
  readonly hub: Hub;
  /** Opens the sheet of all shortcuts. */
  showShortcuts(): void;
  /** Says for a moment what was done. */
  say(words: string): void;
}

/** Found by its English name, too: whoever took a language that they cannot read looks for it so. */
const otherNames = { theme: "theme dark light colours colors", language: "language 언어", times: "time zone times" };

export function shellCommands({ hub, showShortcuts, say }: ShellActions): Command[] {
  return [
    ...themeChoices
      .filter((each) => each !== theme.choice)
      .map((each) => ({
        id: `theme:${each}`,
        title: texts.commands.theme(texts.theme[each]),
        words: otherNames.theme,
        icon: themeIcons[each],
        run: () => theme.choose(each),
      })),
    ...languageKeys
      .filter((each) => each !== language.key)
      .map((each) => ({
        id: `language:${each}`,
        title: texts.commands.language(languages[each]),
        words: otherNames.language,
        icon: icons.language,
        run: () => language.choose(each).catch(() => say(texts.settings.languageFailed(languages[each]))),
      })),
    ...zoneChoices
      .filter((each) => each !== timeZone.choice)
      .map((each) => ({
        id: `times:${each}`,
        title: texts.commands.times(zoneName(each)),
        words: otherNames.times,
        icon: icons.clock,
        run: () => timeZone.choose(each),
      })),
    { id: "copy-link", title: texts.commands.copyLink, icon: icons.copy, run: () => void copyLink(say) },
    {
      id: "wall",
      title: kiosk.on ? texts.commands.leaveWall : texts.commands.wall,
      words: "kiosk full screen wall",
      icon: icons.fullScreen,
      run: () => kiosk.set(!kiosk.on),
    },
    { id: "shortcuts", title: texts.commands.shortcuts, words: "keys ?", icon: icons.keyboard, run: showShortcuts },
    ...(hub.client.state.state === "open"
      ? []
      : [{ id: "retry", title: texts.commands.retry, icon: icons.cut, run: () => hub.client.retry() }]),
  ];
}

async function copyLink(say: (words: string) => void): Promise<void> {
  say((await copyText(location.href, document.body)) ? texts.commands.copied : texts.commands.copyFailed);
}
