import { badRequest } from '../../refusal.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0001 §9.6.38, TS-0004 §7.4.40. */
export const roleRules: TypeRules = {
  create: (_context, { attributes: { tknb, tkna } }) => checkValidity(String(tknb), String(tkna)),
};

/** @throws Refused BAD_REQUEST when the time ends before it begins */
export function checkValidity(notBefore: string, notAfter: string): void {
  if (notAfter < notBefore) throw badRequest(`tkna (notAfter): a time after tknb (notBefore) ${notBefore} is expected`);
}
