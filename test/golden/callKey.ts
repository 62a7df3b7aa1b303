/**
 * What tells one call of a provider's API from another: its operation and its input, whatever the order of the keys.
 * @param target the header `x-amz-target` of a call in JSON; a call of the Query protocol has none
 */
export function callKey(target: string | string[] | undefined, body: string): string {
  if (typeof target === 'string') {
    const input: Record<string, unknown> = JSON.parse(body === '' ? '{}' : body);
    return `${target} ${JSON.stringify(input, Object.keys(input).sort())}`;
  }
  return [...new URLSearchParams(body)]
    .map((pair) => pair.join('='))
    .sort()
    .join('&');
}
