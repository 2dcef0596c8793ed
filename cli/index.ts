#!/usr/bin/env node
/** `npx alzette …`: the CSE and its credentials from the command line. */
import { messageOf } from '#platform';
import { type Command, Misused } from './command.ts';
import { credentialCommands } from './credential.ts';
import { cseCommands } from './cse.ts';

const groups: Readonly<Record<string, Readonly<Record<string, Command>>>> = {
  cse: cseCommands,
  credential: credentialCommands,
};

function usage(): string {
  const lines = Object.entries(groups).flatMap(([group, commands]) =>
    Object.entries(commands).map(
      ([name, { parameters, summary }]) => `  ${`${group} ${name} ${parameters}`.padEnd(58)} ${summary}`,
    ),
  );
  return `Usage: npx alzette <command> [options]

${lines.join('\n')}

Options of every command:
  --url <url>        CSE to speak to: http, mqtt, ws or coap (CSE_URL; default the HTTP port of the configuration)
  --as <originator>  who asks (CSE_ORIGINATOR; default the administrator)
  --token <token>    proof of it (CSE_TOKEN; default the administrator's token in the data directory)
  --format <format>  json, cbor or xml
`;
}

async function main([group = '', name = '', ...rest]: readonly string[]): Promise<number> {
  if (group === '' || group === '--help' || group === 'help') {
    process.stdout.write(usage());
    return 0;
  }
  const command = groups[group]?.[name];
  if (command === undefined) {
    process.stderr.write(`"${`${group} ${name}`.trim()}" is not a command.\n\n${usage()}`);
    return 2;
  }
  try {
    await command.run(rest);
    return 0;
  } catch (error) {
    if (error instanceof Misused) {
      process.stderr.write(`${error.message}\nUsage: npx alzette ${group} ${name} ${command.parameters}\n`);
      return 2;
    }
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
