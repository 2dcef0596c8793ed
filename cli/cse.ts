import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type Client, type ExportedResource, exportSubtree, importSubtree } from '#cse/client';
import { messageOf } from '#platform';
import { type Command, Misused, print, readArguments, withClient } from './command.ts';

type JsonObject = Parameters<Client['create']>[3];

const deep = 64;

/** `alzette cse …`: resources. */
export const cseCommands: Readonly<Record<string, Command>> = {
  get: {
    parameters: '<address> [--rcn <n>] [--attributes <a,b>]',
    summary: 'shows a resource',
    async run(rest) {
      const { positionals, options } = readArguments(rest, {
        options: { rcn: { type: 'string' }, attributes: { type: 'string' } },
        least: 1,
      });
      await withClient(options, async (client) =>
        print(
          await client.retrieve(address(positionals), {
            ...(options.rcn === undefined ? {} : { rcn: number('--rcn', options.rcn) }),
            ...(options.attributes === undefined ? {} : { attributes: options.attributes.split(',') }),
          }),
        ),
      );
    },
  },
  create: {
    parameters: '<parent> <type> [<json> | -] [--name <name>]',
    summary: 'creates a resource; - reads its attributes from the input',
    async run(rest) {
      const { positionals, options } = readArguments(rest, {
        options: { name: { type: 'string' } },
        least: 2,
        most: 3,
      });
      const [, type = '', json = '{}'] = positionals;
      const attributes = await readJson(json);
      await withClient(options, async (client) =>
        print(await client.create(address(positionals), number('type', type), options.name, attributes)),
      );
    },
  },
  update: {
    parameters: '<address> <json> | -',
    summary: 'sets attributes; null removes one',
    async run(rest) {
      const { positionals, options } = readArguments(rest, { options: {}, least: 2 });
      const attributes = await readJson(positionals[1] ?? '');
      await withClient(options, async (client) => {
        const { pc } = await client.request({ op: 2, to: address(positionals), rvi: '3', pc: { 'm2m:atrl': ['ty'] } });
        const [element = 'm2m:cnt'] = Object.keys(pc ?? {});
        print(await client.update(address(positionals), 0, { [element]: attributes }));
      });
    },
  },
  delete: {
    parameters: '<address>',
    summary: 'deletes a resource and everything below it',
    async run(rest) {
      const { positionals, options } = readArguments(rest, { options: {}, least: 1 });
      await withClient(options, (client) => client.delete(address(positionals)));
    },
  },
  discover: {
    parameters: '<address> [--type <n>] [--label <l>] [--where <name=value>] [--limit <n>]',
    summary: 'lists addresses below a resource',
    async run(rest) {
      const { positionals, options } = readArguments(rest, {
        options: {
          type: { type: 'string', multiple: true },
          label: { type: 'string', multiple: true },
          where: { type: 'string', multiple: true },
          limit: { type: 'string' },
        },
        least: 1,
      });
      const filter = {
        ...(options.type === undefined ? {} : { ty: options.type.map((type) => number('--type', type)) }),
        ...(options.label === undefined ? {} : { lbl: options.label }),
        ...(options.where === undefined ? {} : { atr: options.where.map(condition) }),
        ...(options.limit === undefined ? {} : { lim: number('--limit', options.limit) }),
      };
      await withClient(options, async (client) => {
        for (const found of await client.discover(address(positionals), filter)) process.stdout.write(`${found}\n`);
      });
    },
  },
  tree: {
    parameters: '<address> [--depth <n>]',
    summary: 'draws what is below a resource, without instances',
    async run(rest) {
      const { positionals, options } = readArguments(rest, { options: { depth: { type: 'string' } }, least: 1 });
      const depth = options.depth === undefined ? deep : number('--depth', options.depth);
      await withClient(options, async (client) => {
        process.stdout.write(`${address(positionals)}\n`);
        await drawBelow(client, address(positionals), depth, '');
      });
    },
  },
  tail: {
    parameters: '<address> [--kind <created|updated|deleted>]',
    summary: 'prints what changes at and below a resource, as it happens',
    async run(rest) {
      const { positionals, options } = readArguments(rest, {
        options: { kind: { type: 'string', multiple: true } },
        least: 1,
      });
      const kinds = options.kind?.map(kind);
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      await withClient(options, async (client) => {
        const consumer = `tail-${process.pid}-${Date.now()}`;
        const root = address(positionals);
        for await (const batch of client.changes({
          consumer,
          signal: stop.signal,
          ...(kinds === undefined ? {} : { kinds }),
        })) {
          for (const { at, kind: what, body } of batch.entries)
            if (body.to === root || body.to.startsWith(`${root}/`)) print({ at, kind: what, to: body.to, ...body.pc });
          batch.ack();
        }
      });
    },
  },
  export: {
    parameters: '<address>',
    summary: 'writes a subtree as JSON lines',
    async run(rest) {
      const { positionals, options } = readArguments(rest, { options: {}, least: 1 });
      await withClient(options, async (client) => {
        for await (const resource of exportSubtree(client, address(positionals)))
          process.stdout.write(`${JSON.stringify(resource)}\n`);
      });
    },
  },
  import: {
    parameters: '<parent>',
    summary: 'makes an exported subtree again; reads JSON lines from the input',
    async run(rest) {
      const { positionals, options } = readArguments(rest, { options: {}, least: 1 });
      await withClient(options, async (client) =>
        print(await importSubtree(client, address(positionals), linesOf(process.stdin))),
      );
    },
  },
};

const address = ([first = '']: readonly string[]): string => first;

function number(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new Misused(`${name}: a number is expected, found "${text}".`);
  return Number(text);
}

function kind(text: string): 'created' | 'updated' | 'deleted' {
  if (text !== 'created' && text !== 'updated' && text !== 'deleted')
    throw new Misused(`--kind: created, updated or deleted is expected, found "${text}".`);
  return text;
}

function condition(text: string): { nm: string; val: string } {
  const at = text.indexOf('=');
  if (at < 1) throw new Misused(`--where: name=value is expected, found "${text}".`);
  return { nm: text.slice(0, at), val: text.slice(at + 1) };
}

async function readJson(given: string): Promise<JsonObject> {
  const source = given === '-' ? await text(process.stdin) : given;
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw new Misused(`A JSON object is expected: ${messageOf(error)}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Misused('A JSON object is expected.');
  return value as JsonObject;
}

async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<ExportedResource> {
  let number = 0;
  for await (const line of createInterface({ input })) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      yield JSON.parse(line) as ExportedResource;
    } catch (error) {
      throw new Misused(`Line ${number} is not JSON: ${messageOf(error)}.`);
    }
  }
}

const instanceTypes = new Set([4, 30, 58]);

async function drawBelow(client: Client, root: string, depth: number, indent: string): Promise<void> {
  if (depth === 0) return;
  const { rrf } = (await client.retrieve(root, { rcn: 6, fc: { lvl: 1 } })) as unknown as {
    rrf?: { nm: string; typ: number }[];
  };
  const children = (rrf ?? []).filter(({ typ }) => !instanceTypes.has(typ));
  for (const [index, { nm, typ }] of children.entries()) {
    const last = index === children.length - 1;
    process.stdout.write(`${indent}${last ? '└ ' : '├ '}${nm}  (${typ})\n`);
    await drawBelow(client, `${root}/${nm}`, depth - 1, `${indent}${last ? '  ' : '│ '}`);
  }
}
