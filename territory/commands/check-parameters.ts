import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { types } from '#ontologies';
import { Refusal } from '#platform';

const ajv = new Ajv2020();
type Parameters = Readonly<Record<string, number>>;

const validators = new Map<string, ValidateFunction<Parameters>>(
  types.flatMap((type) =>
    Object.entries(type.commands).map(([action, { parameters }]) => [
      `${type.name} ${action}`,
      ajv.compile<Parameters>(parameters),
    ]),
  ),
);

/**
 * Reads the parameters of a command as its type declares them.
 * @throws Refusal 422 when the type declares no such action, or not with these parameters
 */
export function checkParameters(type: string, action: string, parameters: unknown): Parameters {
  const validate = validators.get(`${type} ${action}`);
  if (validate === undefined) {
    const known = Object.keys(types.find(({ name }) => name === type)?.commands ?? {}).join(', ') || 'none';
    throw new Refusal(422, 'unknown-action', `${type} has no action ${action.slice(0, 64)}; its actions: ${known}`);
  }
  if (validate(parameters)) return parameters;
  const [error] = validate.errors ?? [];
  const path = `/parameters${error?.instancePath ?? ''}`;
  throw new Refusal(422, 'bad-parameters', `${path} ${error?.message ?? 'is not valid'}`, { path });
}
