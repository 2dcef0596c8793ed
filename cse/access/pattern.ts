/**
 * Turns a pattern with `*` into a test; everything else stands for itself. The test takes time in proportion to the text,
 * whatever the pattern: patterns come from outside.
 */
export function wildcard(pattern: string): (text: string) => boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return (text) => text === pattern;
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of others) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/**
 * A pattern whose `*` ends at a slash (TS-0003 §7.1.3).
 * @param open whether more segments may follow
 */
export function segmentWildcard(pattern: string, open = false): (text: string) => boolean {
  const tests = pattern.split('/').map(wildcard);
  const [only] = tests;
  if (tests.length === 1 && only !== undefined && !open) return (text) => !text.includes('/') && only(text);
  return (text) => {
    const segments = text.split('/');
    if (open ? segments.length < tests.length : segments.length !== tests.length) return false;
    return tests.every((test, index) => test(segments[index] ?? ''));
  };
}
