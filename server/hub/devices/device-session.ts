/** One device's connection: who it is, what it sends, and what it is told of it. */
import { Warnings } from "../../protocol/check.ts";
import type { Describe, DeviceHello, DeviceMessage, Reading, Readings, Samples } from "../../protocol/device.ts";
import type { Refusal } from "../../protocol/errors.ts";
import type { ScannedFrame } from "../../protocol/scan/frame-scanner.ts";
import type { StoreError } from "../../store/store.ts";
import { meant, openPrincipal, type Principal, type Voice, voiceOf } from "../access/principal.ts";
import type { Origin } from "../arrivals.ts";
import type { Device } from "../catalog.ts";
import type { Source } from "../ingest/admission.ts";
import { decidedAnswer, refusedAnswers, repeatedAnswer, resendText } from "../ingest/answers.ts";
import type { Valve } from "../ingest/intake.ts";
import { bytesOf, type PartKind, type Receipt, type Sender } from "../ingest/receipt.ts";
import { SequenceSpace } from "../ingest/sequence.ts";
import type { Peer } from "../peer.ts";
import {
  alreadyIdentified,
  helloFailed,
  helloRequired,
  introduced,
  introductionProblem,
  noTakeOver,
  welcomeOf,
} from "./identity.ts";
import { mergeMetadata, type Said, saidIn } from "./metadata.ts";
import type { ConnectionEnd } from "./presence.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { SessionState, Waiting } from "./session-state.ts";
import { ClockSkew } from "./skew.ts";

export type DeviceSessionDeps = SessionDeps<DeviceSession>;

/** One for all where nobody signs in. */
const anybody = voiceOf(openPrincipal);

/** Most connections idle, and there may be many thousands: what few of them need is made when it is needed. */
export class DeviceSession implements Sender, Source {
  readonly origin: Origin;
  readonly voice: Voice;
  #warnings: Warnings | undefined;
  readonly peer: Peer;
  readonly #deps: DeviceSessionDeps;
  readonly #valve: Valve;
  #skew: ClockSkew | undefined;
  #state: SessionState = { state: "anonymous" };
  #receipt: Receipt | undefined;
  /** Why the last hello failed for now: what needs one is refused like it. */
  #failedHello: Refusal | undefined;

  constructor(peer: Peer, valve: Valve, origin: Origin, principal: Principal, deps: DeviceSessionDeps) {
    this.peer = peer;
    this.#valve = valve;
    this.origin = origin;
    this.#deps = deps;
    this.voice = principal === openPrincipal ? anybody : voiceOf(principal);
  }

  /** Takes one message, checked against its schema; `bytes` is its size on the wire. */
  receive(message: DeviceMessage, bytes: number): void {
    const state = this.#state;
    if (state.state === "ended") return;
    if (state.state === "greeting") {
      // What follows a hello in the same packet is answered behind the welcome.
      state.waiting.push([message, bytes]);
      return;
    }
    if (message.type !== "ping") this.#comeBack();
    switch (message.type) {
      case "hello":
        void this.#hello({ ...message, device: meant(message.device, this.voice) });
        return;
      case "describe":
        this.#describe({ ...message, device: meant(message.device, this.voice) }, bytes);
        return;
      case "readings":
      case "samples":
        this.#frame(message, bytes);
        return;
      case "reading":
        this.#reading(message, bytes);
        return;
      case "ping":
        this.#ping(message.id, message.time);
        return;
      default:
        message satisfies never;
    }
  }

  get side(): "device" {
    return "device";
  }

  get historic(): false {
    return false;
  }

  get warnings(): Warnings {
    this.#warnings ??= new Warnings();
    return this.#warnings;
  }

  /** From its hello on. */
  get speaker(): Device | undefined {
    return this.#state.state === "identified" ? this.#state.device : undefined;
  }

  /** Takes a frame that was read from its bytes, which stands no longer than this call; only where it said hello. */
  receiveScanned(scanned: ScannedFrame, bytes: number): void {
    this.#comeBack();
    this.#frame(scanned, bytes);
  }

  /** A person removed the device while it was connected: with what it says next it is there again. */
  #comeBack(): void {
    const state = this.#state;
    if (state.state === "identified" && state.device.removed) this.#identify(state.device.id, state, state.space);
  }

  /** A frame was refused before it became a message. Its number, if it bore one, is decided: refused for good. */
  refuse(refusal: Refusal): void {
    const state = this.#state;
    this.#send(JSON.stringify(refusal.toMessage()));
    const { seq } = refusal.about;
    if (seq === undefined || state.state !== "identified" || state.space.judge(seq) !== "fresh") return;
    this.#deps.committer.open.addSequence(state.space, seq);
    this.#deps.committer.touch();
  }

  /** The connection is gone, or a newer one took its place. */
  end(end: ConnectionEnd): void {
    const state = this.#state;
    if (state.state === "ended") return;
    this.#state = { state: "ended", space: state.state === "identified" ? state.space : undefined };
    if (state.state !== "anonymous") {
      const { sessions } = this.#deps;
      const id = state.state === "greeting" ? state.device : state.device.id;
      if (sessions.get(id) === this) sessions.delete(id);
      if (state.state === "identified") state.presence.closed(end);
    }
    this.#leaveSpace();
  }

  decided(receipt: Receipt): void {
    for (const part of receipt.parts) {
      const text = decidedAnswer(part, this.warnings);
      if (text !== undefined) this.#send(text);
    }
    const { clock, onAcked } = this.#deps;
    onAcked(clock.monotonic() - receipt.startedMs);
    this.#settle(receipt);
  }

  refused(receipt: Receipt, error: StoreError): void {
    const space = this.#state.state === "identified" ? this.#state.space : undefined;
    for (const text of refusedAnswers(receipt.parts, space, error)) this.#send(text);
    this.#deps.arrivals.refused(this.origin, error);
    this.#settle(receipt);
  }

  async #hello(hello: DeviceHello): Promise<void> {
    const problem = this.#helloProblem(hello);
    if (problem) {
      this.#refuse(problem);
      return;
    }
    const { committer, sessions, spaces } = this.#deps;
    const id = hello.device;
    const waiting: Waiting[] = [];
    this.#state = { state: "greeting", device: id, waiting };
    this.#valve.hold("greeting");
    const before = sessions.get(id);
    sessions.set(id, this);
    before?.replace();
    let space: SequenceSpace;
    try {
      space = hello.session === undefined ? new SequenceSpace(undefined) : await spaces.enter(id, hello.session);
      // What the connection before sent may still be on its way to the disk; `lastSeq` must count it.
      if (before || space.undecided) await committer.settled();
    } catch (error) {
      this.#notGreeted(waiting, error);
      return;
    }
    if (this.#ended) {
      spaces.leave(space);
      return;
    }
    space.greet();
    this.#identify(id, saidIn(hello, this.#deps.catalog.kinds), space);
    const { clock, epoch, limits } = this.#deps;
    this.#send(JSON.stringify(welcomeOf(id, space.decided, { hubTime: clock.now(), epoch, limits })));
    this.#takeWaiting(waiting);
  }

  #helloProblem(hello: DeviceHello): Refusal | undefined {
    if (this.#state.state === "identified") return alreadyIdentified(this.#state.device.id);
    if (this.peer.restricted && this.#deps.sessions.has(hello.device)) return noTakeOver(hello.device);
    return introductionProblem(hello, this.voice, this.#deps);
  }

  /** From now on this connection is that device's. */
  #identify(id: string, said: Said, space: SequenceSpace): void {
    const { clock, committer, presence, onDescribed, onSpokenFor } = this.#deps;
    const device = introduced(id, this.#deps);
    device.lastSeenMs = clock.now();
    onSpokenFor(device, undefined);
    if (mergeMetadata(device, said, committer.open)) {
      committer.touch();
      onDescribed(device);
    }
    const { own, metrics } = said;
    this.#state = { state: "identified", device, own, metrics, space, presence: presence.connected(device) };
    this.origin.device = device.id;
    this.#deps.arrivals.noted(this.origin);
  }

  #notGreeted(waiting: readonly Waiting[], error: unknown): void {
    if (this.#state.state !== "greeting") return;
    const { log, sessions } = this.#deps;
    const { device } = this.#state;
    log.warn("hello failed", { device, error: String(error) });
    if (sessions.get(device) === this) sessions.delete(device);
    this.#state = { state: "anonymous" };
    this.#failedHello = helloFailed(error);
    this.#refuse(this.#failedHello);
    this.#takeWaiting(waiting);
  }

  #takeWaiting(waiting: readonly Waiting[]): void {
    for (const [message, bytes] of waiting) this.receive(message, bytes);
    this.#valve.release("greeting");
  }

  #describe(message: Describe, bytes: number): void {
    const { catalog, committer, onDescribed, onSpokenFor } = this.#deps;
    const { speaker } = this;
    const problem = speaker
      ? introductionProblem(message, this.voice, this.#deps)
      : helloRequired(message, this.#failedHello);
    if (problem) {
      this.#refuse(problem);
      return;
    }
    const device = introduced(message.device, this.#deps);
    if (device !== speaker) onSpokenFor(device, speaker);
    if (mergeMetadata(device, saidIn(message, catalog.kinds), committer.open)) onDescribed(device);
    if (message.id !== undefined) this.#part("own", message.id, undefined, bytes);
    committer.touch();
  }

  #frame(message: Readings | Samples | ScannedFrame, bytes: number): void {
    const state = this.#state;
    const { id, seq } = message;
    if (state.state !== "identified") {
      this.#refuse(helloRequired(message, this.#failedHello));
      return;
    }
    if (seq !== undefined && !this.#inSequence(state.space, { id, seq }, bytes)) return;
    const part = this.#part(id !== undefined ? "own" : seq !== undefined ? "cumulative" : "silent", id, seq, bytes);
    if (seq !== undefined) this.#deps.committer.open.addSequence(state.space, seq);
    const { clock, ingest, committer } = this.#deps;
    const toldBefore = part.rejected.length;
    ingest.frame(this, message, part, clock.now());
    // What it will be told may be many times its size: it is held until then, and counts like what was sent.
    const owed = bytesOf(part.rejected, toldBefore);
    if (owed > 0 && this.#receipt) {
      this.#receipt.bytes += owed;
      this.#valve.take(owed, 0);
    }
    committer.touch();
  }

  #reading(message: Reading, bytes: number): void {
    if (this.voice.speaksFor?.(message.device) !== false) this.origin.device ??= message.device;
    const { clock, ingest, committer } = this.#deps;
    const part = this.#part("reading", message.id, undefined, bytes);
    ingest.single(this, message, part, clock.now());
    committer.touch();
  }

  #ping(id: number, time: number): void {
    const hubTime = this.#deps.clock.now();
    this.#send(JSON.stringify({ type: "pong", id, time, hubTime }));
    this.#skew ??= new ClockSkew();
    if (this.speaker && this.#skew.measure(this.speaker, time, hubTime)) this.#deps.onSkewed(this.speaker);
  }

  /** True where the frame is to be taken; else it was answered. */
  #inSequence(space: SequenceSpace, about: { id: number | undefined; seq: number }, bytes: number): boolean {
    const verdict = space.judge(about.seq);
    switch (verdict) {
      case "fresh":
        return true;
      case "decided":
        this.#send(repeatedAnswer(space.decided, about));
        return false;
      case "undecided":
        // It is answered behind the first copy, which may have come another way.
        this.#part(about.id === undefined ? "cumulative" : "own", about.id, about.seq, bytes);
        this.#deps.committer.touch();
        return false;
      case "dropped":
        if (space.tellOnce() || about.id !== undefined) this.#send(resendText(space, about.id));
        return false;
      default:
        return verdict satisfies never;
    }
  }

  #part(kind: PartKind, id: number | undefined, seq: number | undefined, bytes: number) {
    const { committer, clock } = this.#deps;
    if (this.#receipt?.batch !== committer.open) this.#receipt = committer.open.receipt(this, clock.monotonic());
    this.#valve.take(bytes);
    return this.#receipt.part(kind, id, seq, bytes);
  }

  /** A newer connection of the same device takes over. */
  replace(): void {
    this.end({ reason: "replaced", clean: true });
    this.peer.close(4409, "replaced by a newer connection of this device");
  }

  get #ended(): boolean {
    return this.#state.state === "ended";
  }

  #settle(receipt: Receipt): void {
    if (this.#receipt === receipt) this.#receipt = undefined;
    this.#valve.settle(receipt.frames, receipt.bytes);
    if (this.#ended) this.#leaveSpace();
  }

  /** Keeps the space as long as something of this connection is undecided: a newcomer must meet the same one. */
  #leaveSpace(): void {
    if (this.#state.state !== "ended" || !this.#state.space || this.#valve.frames > 0) return;
    this.#deps.spaces.leave(this.#state.space);
    this.#state = { state: "ended", space: undefined };
  }

  #refuse(refusal: Refusal): void {
    this.#deps.arrivals.refused(this.origin, refusal);
    this.#send(JSON.stringify(refusal.toMessage()));
  }

  #send(text: string): void {
    if (this.#ended) return;
    this.peer.send(text);
    this.#valve.watchUnread();
  }
}
