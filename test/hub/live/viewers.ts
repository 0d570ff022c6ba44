/** Viewers as the tests of sessions make them. */
import { hubToViewer, type Subscribe } from "../../../server/protocol/viewer.ts";
import type { FakePeer } from "../../support/fake-peer.ts";
import type { liveWorld } from "./live-world.ts";

export const at = Date.UTC(2026, 10, 24);

export type World = Awaited<ReturnType<typeof liveWorld>>;

export function subscribe(id: number, rest: Omit<Subscribe, "type" | "id"> = {}): Subscribe {
  return { type: "subscribe", id, ...rest };
}

export function types(peer: FakePeer): string[] {
  return peer.messages.map((message) => hubToViewer.parse(message).type);
}

/** A viewer that watches, past the seam. */
export async function watching(world: World, rest: Omit<Subscribe, "type" | "id"> = {}, address?: string) {
  const { peer, session } = world.viewer(address);
  session.receive(subscribe(1, rest));
  await peer.untilOf("ready");
  return { peer, session, set: peer.of("subscribed")[0]?.set };
}
