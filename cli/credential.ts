import { type Command, print, readArguments, readConnection } from './command.ts';

const door = '/.credentials';
const timeoutMs = 10_000;

/** `alzette credential …`: who may speak to the CSE as whom. */
export const credentialCommands: Readonly<Record<string, Command>> = {
  list: {
    parameters: '',
    summary: 'lists credentials, without their secrets',
    async run(rest) {
      const { options } = readArguments(rest, { options: {}, least: 0 });
      print(await ask(options, 'GET', door));
    },
  },
  issue: {
    parameters: '<originator> --label <text> [--expires <date>]',
    summary: 'issues a credential for an originator or a pattern, and shows its token once',
    async run(rest) {
      const { positionals, options } = readArguments(rest, {
        options: { label: { type: 'string', default: 'command line' }, expires: { type: 'string' } },
        least: 1,
      });
      const [originator] = positionals;
      const { label, expires } = options;
      print(
        await ask(options, 'POST', door, {
          originator,
          label,
          ...(expires === undefined ? {} : { expiresAt: expires }),
        }),
      );
    },
  },
  rotate: {
    parameters: '<id>',
    summary: 'gives a credential a new token; the old one ends at once',
    async run(rest) {
      const { positionals, options } = readArguments(rest, { options: {}, least: 1 });
      print(await ask(options, 'POST', `${door}/${positionals[0]}/rotate`));
    },
  },
  revoke: {
    parameters: '<id>',
    summary: 'ends a credential and the connections it opened',
    async run(rest) {
      const { positionals, options } = readArguments(rest, { options: {}, least: 1 });
      print(await ask(options, 'DELETE', `${door}/${positionals[0]}`));
    },
  },
};

/** @throws Error with what the door said */
async function ask(
  options: Parameters<typeof readConnection>[0],
  method: string,
  path: string,
  content?: object,
): Promise<unknown> {
  const { url, originator, token } = readConnection(options);
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      'X-M2M-Origin': originator,
      ...(content === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = (await response.json()) as { detail?: string; title?: string };
  if (!response.ok) throw new Error(`${response.status} ${answer.detail ?? answer.title ?? ''}`);
  return answer;
}
