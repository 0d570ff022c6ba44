/** Readings that come by a request instead of a connection: taken like frames, answered once all of them are decided. */
import type { Clock } from "../../ports.ts";
import { Warnings } from "../../protocol/check.ts";
import { decodePosted } from "../../protocol/decode.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { PostedAnswer, PostedReadings } from "../../protocol/http.ts";
import { type Limits, limitText } from "../../protocol/limits.ts";
import { StoreError } from "../../store/store.ts";
import type { Access } from "../access/access.ts";
import { meant, type Principal, type Voice, voiceOf } from "../access/principal.ts";
import type { Arrivals, Origin } from "../arrivals.ts";
import type { Committer } from "./committer.ts";
import type { Ingest } from "./ingest.ts";
import type { Intake } from "./intake.ts";
import type { PostTurns } from "./post-turns.ts";
import { maxRejectionsTold, type Part, type Receipt, type Sender } from "./receipt.ts";
import { foreignProblem } from "./refusals.ts";
import type { SequenceSpace, SequenceSpaces } from "./sequence.ts";
import { senderAt, senderOf } from "./turns.ts";

export interface PostDeps {
  readonly access: Pick<Access, "requireCurrent">;
  readonly committer: Committer;
  readonly ingest: Ingest;
  readonly intake: Pick<Intake, "full" | "take" | "settle">;
  readonly turns: PostTurns;
  readonly spaces: SequenceSpaces;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly arrivals: Pick<Arrivals, "request">;
  readonly onAcked: (ms: number) => void;
}

/** One entry of a body, with the space of its `seq`. */
interface Entry {
  readonly posted: PostedReadings;
  readonly space: SequenceSpace | undefined;
}

/** A body as it came: JSON text, and its size on the wire. */
export interface PostedBody {
  readonly text: string;
  readonly bytes: number;
}

/** Takes a body from whom it names, once it is the turn of whoever posts it; resolves after the commit. Throws a `Refusal`. */
export async function postReadings(
  read: () => Promise<PostedBody>,
  { address, principal }: { readonly address: string; readonly principal: Principal },
  deps: PostDeps,
): Promise<PostedAnswer> {
  const { intake, limits, turns } = deps;
  // A body may name any device: who it is says nothing of whose turn it is.
  const sender = senderOf(principal) ?? senderAt(address);
  const { text, bytes } = await read();
  if (intake.full) {
    const limit = limitText("undecidedBytesTotal", limits.undecidedBytesTotal);
    throw new Refusal("rate_limited", `more waits for the disk than is taken: ${limit}. Send it again in a second`);
  }
  intake.take(bytes);
  try {
    await turns.begin(sender, bytes);
    // It may have waited, and what they may do may have ended meanwhile.
    deps.access.requireCurrent(principal);
    return await take(text, bytes, { address, principal, sender }, deps);
  } finally {
    intake.settle(bytes);
  }
}

interface From {
  readonly address: string;
  readonly principal: Principal;
  readonly sender: string;
}

async function take(text: string, bytes: number, from: From, deps: PostDeps): Promise<PostedAnswer> {
  const { clock, limits, turns } = deps;
  const { address, principal, sender } = from;
  const sinceMs = clock.monotonic();
  const decoded = decodePosted(text, limits);
  turns.took(sender, clock.monotonic() - sinceMs);
  if (decoded instanceof Refusal) throw decoded;
  const voice = voiceOf(principal);
  const parts = decoded.map((posted) => ({ ...posted, device: meant(posted.device, voice) }));
  for (const { device } of parts) {
    // Whole: the numbers of its session are counted for that device.
    if (voice.speaksFor?.(device) === false) throw new Refusal("not_allowed", foreignProblem(device, voice).message);
  }
  const entries: Entry[] = [];
  try {
    for (const posted of parts) entries.push({ posted, space: await spaceOf(posted, deps.spaces) });
    return await new Post(deps.arrivals.request(address, parts[0]?.device), voice, sender, deps).take(entries, bytes);
  } finally {
    for (const { space } of entries) if (space) deps.spaces.leave(space);
  }
}

/** The space of an entry's `seq`, entered; undefined where it has none. */
async function spaceOf(
  { device, session, seq }: PostedReadings,
  spaces: SequenceSpaces,
): Promise<SequenceSpace | undefined> {
  if (seq === undefined) return undefined;
  if (session === undefined)
    throw new Refusal("invalid_message", "seq needs the session that it counts in: give session too");
  try {
    return await spaces.enter(device, session);
  } catch (error) {
    throw error instanceof StoreError ? new Refusal(error.code, error.message) : error;
  }
}

/** One request on its way to the disk. */
class Post implements Sender {
  readonly origin: Origin;
  readonly peer = this;
  readonly #deps: PostDeps;
  readonly #voice: Voice;
  readonly #sender: string;
  readonly #warnings = new Warnings();
  #resolve: (error: StoreError | undefined) => void = () => {};

  constructor(origin: Origin, voice: Voice, sender: string, deps: PostDeps) {
    this.origin = origin;
    this.#voice = voice;
    this.#sender = sender;
    this.#deps = deps;
  }

  /** Takes what is new in one turn, so that all of it is in one batch, and waits for that. */
  async take(entries: readonly Entry[], bytes: number): Promise<PostedAnswer> {
    const { clock, committer, ingest, turns } = this.#deps;
    // Only what is decided may be called a duplicate; another request of the session may have been taken meanwhile.
    while (entries.some(({ space }) => space?.undecided)) await committer.settled();
    const startedMs = clock.monotonic();
    const receipt = committer.open.receipt(this, startedMs);
    let duplicates = 0;
    let awaited: number | undefined;
    for (const { posted, space } of entries) {
      const { seq, historic, readings } = posted;
      const verdict = space && seq !== undefined ? space.judge(seq) : "fresh";
      if (verdict === "dropped") awaited ??= space?.awaited;
      else if (verdict !== "fresh") duplicates += readings.length;
      else {
        if (space && seq !== undefined) committer.open.addSequence(space, seq);
        const part = receipt.part("own", undefined, seq, bytes / entries.length);
        const source = {
          origin: this.origin,
          speaker: undefined,
          historic: historic === true,
          warnings: this.#warnings,
          voice: this.#voice,
        };
        ingest.rows(source, posted, part, clock.now());
      }
    }
    turns.took(this.#sender, clock.monotonic() - startedMs);
    if (receipt.frames > 0) await this.#decided();
    if (awaited !== undefined) {
      const text = `entry ${awaited} of this session was refused for now, and later ones are dropped until it comes again: go on from ${awaited}`;
      throw new Refusal("resend_from", text, undefined, { seq: awaited });
    }
    return this.#answer(receipt.parts, duplicates);
  }

  decided({ startedMs }: Receipt): void {
    this.#deps.onAcked(this.#deps.clock.monotonic() - startedMs);
    this.#resolve(undefined);
  }

  refused(_receipt: Receipt, error: StoreError): void {
    this.#resolve(error);
  }

  took(ms: number): void {
    this.#deps.turns.took(this.#sender, ms);
  }

  async #decided(): Promise<void> {
    const decided = new Promise<StoreError | undefined>((resolve) => {
      this.#resolve = resolve;
    });
    this.#deps.committer.touch();
    const error = await decided;
    if (error) throw new Refusal(error.code, error.message);
  }

  #answer(parts: readonly Part[], duplicates: number): PostedAnswer {
    const warnings = this.#warnings.take();
    return {
      stored: parts.reduce((sum, part) => sum + part.stored, 0),
      duplicates,
      rejected: parts.flatMap((part) => part.rejected).slice(0, maxRejectionsTold),
      rejectedCount: parts.reduce((sum, part) => sum + part.rejectedCount, 0),
      ...(warnings ? { warnings } : {}),
    };
  }
}
