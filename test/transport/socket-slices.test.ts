/** What the kernel hands over at once is parsed a slice at a time, and a socket can be left alone between two of them. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  leastSliceBytes,
  mostSliceBytes,
  nextSliceBytes,
  readInSlices,
  type SliceReader,
} from "../../server/transport/socket-slices.ts";

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

/** Both ends of a connection; all that `sent` writes is in the kernel before the other end reads. */
async function pair(): Promise<{ readonly sender: Socket; readonly socket: Socket }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const sender = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [socket] = (await once(server, "connection")) as [Socket];
  opened.push({
    close: () => {
      server.close();
      sender.destroy();
      socket.destroy();
    },
  });
  return { sender, socket };
}

/** Listens as `ws` does, then reads in slices. */
function listen(socket: Socket, slices: SliceReader): { readonly lengths: number[]; bytes(): Buffer } {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  readInSlices(socket, slices);
  return {
    get lengths() {
      return chunks.map((chunk) => chunk.length);
    },
    bytes: () => Buffer.concat(chunks),
  };
}

const sent = Buffer.from(Array.from({ length: 60_000 }, (_, index) => index % 251));
const nothing: SliceReader = {
  sliceBytes: mostSliceBytes,
  letsGo: () => false,
  waits: false,
  beginSlice() {},
  endSlice() {},
};

describe("[F15] a socket that is read in slices", () => {
  it("brings everything in order, at most 8 KiB at a time", async () => {
    const { sender, socket } = await pair();
    const heard = listen(socket, nothing);
    sender.write(sent);
    socket.resume();
    await expect.poll(() => heard.bytes().length).toBe(sent.length);
    expect(heard.bytes().equals(sent)).toBe(true);
    expect(Math.max(...heard.lengths)).toBe(8 * 1024);
  });

  it("is told the begin and the end of each slice around whoever parses it", async () => {
    const { sender, socket } = await pair();
    const order: string[] = [];
    socket.on("data", () => order.push("parse"));
    readInSlices(socket, {
      sliceBytes: mostSliceBytes,
      letsGo: () => false,
      waits: false,
      beginSlice: () => order.push("begin"),
      endSlice: () => order.push("end"),
    });
    sender.write(sent);
    sender.end();
    socket.resume();
    await once(socket, "end");
    expect(order.length).toBeGreaterThanOrEqual(3 * Math.ceil(sent.length / 8_192));
    expect(order.join(" ").replaceAll("begin parse end", "").trim()).toBe("");
  });

  it("can be left alone between two of what came at once, and loses nothing by it", async () => {
    const { sender, socket } = await pair();
    let paused = 0;
    const heard = listen(socket, {
      sliceBytes: mostSliceBytes,
      letsGo: () => false,
      waits: false,
      beginSlice() {},
      endSlice() {
        socket.pause();
        paused += 1;
      },
    });
    sender.write(sent);
    socket.resume();
    for (let slices = 1; heard.bytes().length < sent.length; slices++) {
      await expect.poll(() => paused).toBe(slices);
      // A turn of the event loop in which it would come, if it did.
      await new Promise((resolve) => setImmediate(resolve));
      expect(heard.lengths).toHaveLength(slices);
      socket.resume();
    }
    expect(heard.bytes().equals(sent)).toBe(true);
  });

  it("lets go by unread what comes after its reader has enough", async () => {
    const { sender, socket } = await pair();
    let wanted = 20_000;
    const heard = listen(socket, {
      ...nothing,
      letsGo(bytes) {
        wanted -= bytes;
        return wanted < 0;
      },
    });
    sender.end(sent);
    socket.resume();
    await once(socket, "close");
    expect(heard.bytes().equals(sent.subarray(0, 2 * mostSliceBytes))).toBe(true);
  });

  it("brings nothing more once it is destroyed by what stood in a slice", async () => {
    const { sender, socket } = await pair();
    const heard = listen(socket, { ...nothing, endSlice: () => socket.destroy() });
    sender.write(sent);
    socket.resume();
    await once(socket, "close");
    expect(heard.lengths).toHaveLength(1);
  });

  it("brings as much next as takes half a millisecond, by what the slices before took", async () => {
    const { sender, socket } = await pair();
    // 10 µs a byte: readings that are refused one by one.
    const slices: SliceReader & { sliceBytes: number } = {
      sliceBytes: mostSliceBytes,
      letsGo: () => false,
      waits: false,
      beginSlice() {},
      endSlice(bytes) {
        slices.sliceBytes = nextSliceBytes(slices.sliceBytes, bytes, bytes / 100);
      },
    };
    const heard = listen(socket, slices);
    sender.write(sent);
    socket.resume();
    await expect.poll(() => heard.bytes().length).toBe(sent.length);
    expect(heard.bytes().equals(sent)).toBe(true);
    expect(heard.lengths[0]).toBe(mostSliceBytes);
    expect(Math.max(...heard.lengths.slice(1))).toBe(leastSliceBytes);
    // A frame that took long once is forgotten a few slices later, and one frame is never cut to nothing.
    expect(nextSliceBytes(leastSliceBytes, leastSliceBytes, 50)).toBe(leastSliceBytes);
    expect(nextSliceBytes(1_000, 1_000, 0.1)).toBe(2_000);
    expect(nextSliceBytes(mostSliceBytes, mostSliceBytes, 0)).toBe(mostSliceBytes);
    // A few cheap bytes do not show that many are.
    expect(nextSliceBytes(1_000, 100, 0.1)).toBe(1_000);
  });

  it("cuts what waited when it is read, by what is known then: a large frame behind costly ones comes in few pieces", async () => {
    const { sender, socket } = await pair();
    const slices: SliceReader & { sliceBytes: number } = {
      ...nothing,
      sliceBytes: leastSliceBytes,
      endSlice: () => {
        if (heard.lengths.length === 1) socket.pause();
      },
    };
    const heard = listen(socket, slices);
    sender.write(sent);
    socket.resume();
    await expect.poll(() => socket.readableLength).toBeGreaterThan(3 * mostSliceBytes);
    slices.sliceBytes = mostSliceBytes;
    socket.resume();
    await expect.poll(() => heard.bytes().length).toBe(sent.length);
    expect(heard.bytes().equals(sent)).toBe(true);
    expect(heard.lengths[0]).toBe(leastSliceBytes);
    expect(heard.lengths.length).toBeLessThan(sent.length / mostSliceBytes + 8);
  });

  it("lets go by what waited too, once its reader has enough, and gives who asks at the end nothing of it", async () => {
    const { sender, socket } = await pair();
    let enough = false;
    const heard = listen(socket, { ...nothing, letsGo: () => enough, endSlice: () => socket.pause() });
    sender.write(sent);
    socket.resume();
    await expect.poll(() => socket.readableLength).toBeGreaterThan(0);
    enough = true;
    expect(socket.read(socket.readableLength)).toEqual(Buffer.alloc(0));
    expect(heard.lengths).toEqual([mostSliceBytes]);
  });

  it("lets go by what waited for its turn when the connection is cut", async () => {
    const { sender, socket } = await pair();
    const heard = listen(socket, { ...nothing, waits: true, endSlice: () => socket.pause() });
    sender.write(sent);
    socket.resume();
    await expect.poll(() => socket.readableLength).toBeGreaterThan(0);
    const waited = socket.readableLength;
    socket.once("close", () => expect(socket.read(waited)).toEqual(Buffer.alloc(0)));
    socket.destroy();
    await once(socket, "close");
    expect(heard.lengths).toEqual([mostSliceBytes]);
  });
});
