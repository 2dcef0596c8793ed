import type { Json, JsonObject } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { cmdType } from '../resources/enumerations.ts';

const { reset, reboot, upload, download, softwareInstall, softwareUninstall, softwareUpdate } = cmdType.of;

interface Arguments {
  /** Member of `exra` that holds them. */
  readonly member: string;
  readonly mandatory: readonly string[];
}

/** Arguments of each command, TS-0004 Table 7.4.16.1-3 and §6.3.5.16 to §6.3.5.22. */
const argumentsOf: ReadonlyMap<number, Arguments> = new Map([
  [reset, { member: 'rst', mandatory: [] }],
  [reboot, { member: 'rbo', mandatory: [] }],
  [upload, { member: 'uld', mandatory: ['ftyp', 'url', 'unm', 'pwd'] }],
  [download, { member: 'dld', mandatory: ['ftyp', 'url', 'unm', 'pwd', 'fsi', 'tgf', 'dss', 'surl', 'stt', 'cpt'] }],
  [softwareInstall, { member: 'swin', mandatory: ['url', 'uuid', 'unm', 'pwd', 'eer'] }],
  [softwareUpdate, { member: 'swup', mandatory: ['uuid', 'vr', 'url', 'unm', 'pwd', 'eer'] }],
  [softwareUninstall, { member: 'swun', mandatory: ['uuid', 'vr', 'eer'] }],
]);

/** Whether a managed entity that has begun with a command can be told to stop: transfers of files only. */
export const isCancellable = (cmt: Json | undefined): boolean => cmt === upload || cmt === download;

/** @throws Refused INVALID_CMDTYPE */
export function checkCommandType(cmt: Json | undefined): void {
  if (typeof cmt !== 'number' || !argumentsOf.has(cmt))
    throw new Refused(
      'INVALID_CMDTYPE',
      `cmt (cmdType): ${cmdType.expected} is expected, found ${JSON.stringify(cmt)}`,
    );
}

/**
 * Checks the arguments of a command, if there are any (TS-0004 §7.4.16.2.1).
 *
 * @throws Refused INVALID_ARGUMENTS for those of another command, INSUFFICIENT_ARGUMENTS when mandatory ones are missing
 */
export function checkArguments(cmt: Json | undefined, exra: Json | undefined): void {
  const expected = argumentsOf.get(Number(cmt));
  if (exra === undefined || expected === undefined) return;
  const other = Object.keys(exra as JsonObject).find((member) => member !== expected.member);
  if (other !== undefined)
    throw new Refused(
      'INVALID_ARGUMENTS',
      `exra/${other}: command ${String(cmt)} takes its arguments in ${expected.member}`,
    );
  const given = (exra as Record<string, JsonObject[]>)[expected.member] ?? [];
  for (const one of given) {
    const missing = expected.mandatory.find((name) => one[name] === undefined);
    if (missing !== undefined)
      throw new Refused('INSUFFICIENT_ARGUMENTS', `exra/${expected.member}: ${missing} is mandatory and missing`);
  }
}

/** @throws Refused MGMT_CONVERSION_ERROR when a command lacks the arguments it cannot be carried out without */
export function checkExecutable(cmt: Json | undefined, exra: Json | undefined): void {
  const expected = argumentsOf.get(Number(cmt));
  if (expected === undefined) throw badRequest(`cmt: ${JSON.stringify(cmt)} is not a command`);
  const given = (exra as Record<string, JsonObject[]> | undefined)?.[expected.member] ?? [];
  if (expected.mandatory.length > 0 && given.length === 0)
    throw new Refused(
      'MGMT_CONVERSION_ERROR',
      `exra: ${expected.member} is needed to carry out command ${String(cmt)}`,
    );
}
