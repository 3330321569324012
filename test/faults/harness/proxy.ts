import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Where a connection is cut: before the request goes on, after it went on and before its answer, or within the answer. */
export type Cut = 'before request' | 'before answer' | 'within answer';

/** A wire between clients and a server, to be cut, slowed down or silenced. */
export interface Proxy {
  /** `host:port` for clients. */
  readonly address: string;
  /** Connections made from now on go there. */
  connectTo(address: string): void;
  /** Every answer takes so much longer; ms. */
  slowDown(ms: number): void;
  /** Nothing passes any more in either direction, without a word, until `hear`. */
  silence(): void;
  hear(): void;
  /** Cuts all connections, and accepts none until `accept`. */
  refuse(): void;
  accept(): void;
  cutAll(): void;
  /** Cuts the connection of the next request that holds this text; resolves when it has. */
  cutAt(text: string, where: Cut): Promise<void>;
  /** From now on every so many chunks a connection is cut. */
  cutEvery(chunks: number): void;
  close(): Promise<void>;
}

interface Wire {
  readonly client: Socket;
  readonly server: Socket;
}

/** What passes one way over a wire. */
interface Line {
  put(pass: () => void, ms: number): void;
  flow(): void;
}

interface Planned {
  readonly text: string;
  readonly where: Cut;
  readonly done: () => void;
}

export async function openProxy(target: string): Promise<Proxy> {
  let to = target;
  let delayMs = 0;
  let silent = false;
  let refusing = false;
  let planned: Planned | null = null;
  let every = 0;
  let chunks = 0;
  const wires = new Set<Wire>();
  const lines = new Set<Line>();

  const end = ({ client, server }: Wire): void => {
    client.destroy();
    server.destroy();
  };
  /** Passes things on in their order, whatever becomes of the delay meanwhile. */
  const createLine = (): Line => {
    const waiting: { readonly pass: () => void; readonly due: number }[] = [];
    let timer: NodeJS.Timeout | undefined;
    const flow = (): void => {
      clearTimeout(timer);
      for (let next = waiting[0]; next !== undefined && !silent; next = waiting[0]) {
        const ms = next.due - performance.now();
        if (ms > 0) {
          timer = setTimeout(flow, ms);
          return;
        }
        waiting.shift();
        next.pass();
      }
    };
    return {
      flow,
      put(pass, ms) {
        waiting.push({ pass, due: performance.now() + ms });
        flow();
      },
    };
  };
  const hasItsTurn = (): boolean => every > 0 && ++chunks % every === 0;

  const request = (wire: Wire, line: Line, data: Buffer, answerIsCut: (where: Cut, done: () => void) => void): void => {
    if (hasItsTurn()) return end(wire);
    if (planned !== null && data.includes(planned.text)) {
      const { where, done } = planned;
      planned = null;
      if (where !== 'before request') answerIsCut(where, done);
      else {
        end(wire);
        done();
        return;
      }
    }
    line.put(() => wire.server.write(data), 0);
  };
  const join = (client: Socket): void => {
    if (refusing) return void client.destroy();
    const [host = '', port = ''] = to.split(':');
    const server = connect({ host, port: Number(port), noDelay: true });
    client.setNoDelay(true);
    const wire = { client, server };
    wires.add(wire);
    let cut: { readonly where: Cut; readonly done: () => void } | null = null;
    const there = createLine();
    const back = createLine();
    for (const line of [there, back]) lines.add(line);
    client.on('data', (data) => request(wire, there, data, (where, done) => { cut = { where, done }; }));
    server.on('data', (data) => {
      if (cut !== null) {
        if (cut.where === 'within answer') client.write(data.subarray(0, Math.ceil(data.length / 2)), () => end(wire));
        else end(wire);
        cut.done();
      } else if (hasItsTurn()) end(wire);
      else back.put(() => client.write(data), delayMs);
    });
    for (const [one, other, line] of [[client, server, there], [server, client, back]] as const) {
      one.on('error', () => undefined);
      one.on('close', () => {
        wires.delete(wire);
        line.put(() => {
          lines.delete(line);
          other.destroy();
        }, delayMs);
      });
    }
  };
  const listener = createServer(join).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const bound = listener.address();
  if (bound === null || typeof bound === 'string') throw new Error('the proxy has no port');
  const cutAll = (): void => { for (const wire of [...wires]) end(wire); };
  return {
    address: `127.0.0.1:${bound.port}`,
    connectTo: (address) => { to = address; },
    slowDown: (ms) => { delayMs = ms; },
    silence: () => { silent = true; },
    hear() {
      silent = false;
      for (const line of [...lines]) line.flow();
    },
    refuse() {
      refusing = true;
      cutAll();
    },
    accept: () => { refusing = false; },
    cutAll,
    cutAt: (text, where) => new Promise((done) => { planned = { text, where, done }; }),
    cutEvery: (n) => { every = n; },
    async close() {
      cutAll();
      await new Promise((done) => listener.close(done));
    },
  };
}
