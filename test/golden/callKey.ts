/**
 * Identifies a call to a provider's API by its operation and its input, independent of the order of keys.
 * @param target the header `x-amz-target` of a JSON call; a call of the Query protocol has none
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
