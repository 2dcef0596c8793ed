import type { Bootstrap, Json, JsonObject, PageRequest } from '../../contract.ts';

export const tools = ['curl', 'mosquitto_pub', 'client'] as const;
export type Tool = (typeof tools)[number];

const release = '4';
const methods = { 1: 'POST', 2: 'GET', 3: 'PUT', 4: 'DELETE' } as const;

/** Text between single quotes of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The path of an address, TS-0009 Table 6.2.2.1-1. */
function pathOf(to: string): string {
  const segments = to.startsWith('//') ? `_${to.slice(1)}` : to.startsWith('/') ? `~${to}` : to;
  return `/${segments.split('/').map(encodeURIComponent).join('/')}`;
}

function queryOf({ rcn, drt, fc = {} }: PageRequest): string {
  const parts: string[] = [];
  const add = (name: string, value: Json | undefined): void => {
    if (Array.isArray(value)) for (const item of value) add(name, item);
    else if (value !== undefined) parts.push(`${name}=${encodeURIComponent(String(value))}`);
  };
  add('rcn', rcn);
  add('drt', drt);
  for (const [name, value] of Object.entries(fc)) {
    if (name !== 'atr') add(name, value);
    else for (const { nm, val } of value as JsonObject[]) add(String(nm), val);
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** A request as a command or program that anybody with a credential of their own can run. */
export function written(tool: Tool, request: PageRequest, cse: Bootstrap['cse']): string {
  if (tool === 'curl') return curl(request, cse);
  return tool === 'client' ? client(request, cse) : mosquitto(request, cse);
}

function curl(request: PageRequest, { httpUrl }: Bootstrap['cse']): string {
  const { op, to, ty, pc } = request;
  const type = ty === undefined ? 'application/json' : `application/json;ty=${ty}`;
  return [
    `curl -X ${methods[op]} ${quoted(`${httpUrl}${pathOf(to)}${queryOf(request)}`)}`,
    `-H "X-M2M-Origin: $ORIGINATOR" -H "Authorization: Bearer $TOKEN"`,
    `-H 'X-M2M-RI: 1' -H 'X-M2M-RVI: ${release}'`,
    ...(pc === undefined ? [] : [`-H 'Content-Type: ${type}'`, `-d ${quoted(JSON.stringify(pc))}`]),
  ].join(' \\\n  ');
}

function mosquitto(request: PageRequest, { id, mqttUrl }: Bootstrap['cse']): string {
  const { hostname, port, protocol } = new URL(mqttUrl.replace(/^mqtt/, 'http'));
  const secure = protocol === 'https:';
  const primitive = quoted(JSON.stringify({ fr: '$ORIGINATOR', rqi: '1', rvi: release, ...request }));
  return [
    `mosquitto_pub -h ${hostname} -p ${port || (secure ? 8883 : 1883)} -u "$ORIGINATOR" -P "$TOKEN" -q 1`,
    `-t "/oneM2M/req/$ORIGINATOR/${id.slice(1)}/json"`,
    // The shell fills in the variable outside of single quotes only.
    `-m ${primitive.replace('$ORIGINATOR', `'"$ORIGINATOR"'`)}`,
  ].join(' \\\n  ');
}

function client(request: PageRequest, { id, httpUrl }: Bootstrap['cse']): string {
  return `import { createClient } from '#cse/client';

const client = createClient({
  url: '${httpUrl}',
  cseId: '${id}',
  originator: process.env.ORIGINATOR ?? '',
  token: process.env.TOKEN ?? '',
});
const response = await client.request(${JSON.stringify({ ...request, rvi: release }, null, 2)});
console.log(response.rsc, response.pc);
await client.close();
`;
}
